"""Settings, urls, the shell of the site."""
