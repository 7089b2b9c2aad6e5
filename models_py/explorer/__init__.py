"""The explorer: a static page that answers SQL in the browser, on a part of the published tables, without a network."""
