"""Many clerks on the review queue at once, over the console's pages."""
