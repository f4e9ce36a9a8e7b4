"""Who may ask: API keys with scopes, of which only hashes are kept."""
