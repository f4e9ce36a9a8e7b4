"""The shared kernel of Mailroom: contracts, text rules, extraction, model packages, streams."""
