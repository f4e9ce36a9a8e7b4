"""The console: a web page over the departments, for those who work there."""
