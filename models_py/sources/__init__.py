"""Raw listening files: how they are told apart, checked, downloaded, and made up for the demo."""
