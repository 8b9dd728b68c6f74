"""The components of which every page is made: templatetags, and templates in templates/ui."""
