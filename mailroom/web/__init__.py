"""What every HTTP door of the system stands on: requests within limits, errors as answers, a server that drains."""
