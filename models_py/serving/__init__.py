"""What serves people without learning anew: saved models, somebody's own plays, feedback."""
