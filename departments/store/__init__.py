"""The departments' database: documents and their desks, acts, deliveries, accounts."""
