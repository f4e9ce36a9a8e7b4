"""Labels and judgements from the log into the database, and what flows in windows of a minute: a Faust application."""
