"""An optional last step: the head of a list made more varied, or more like what the user plays, at a stated price."""
