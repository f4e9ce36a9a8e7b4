"""The verbs over registered models."""
