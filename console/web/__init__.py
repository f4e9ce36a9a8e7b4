"""What every page of the console stands on: headers, sessions, rendering, errors."""
