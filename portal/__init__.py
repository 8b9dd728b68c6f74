"""The portal: the project and what every screen shares."""
