"""What every screen shares: base templates, components, navigation, error pages, static files."""
