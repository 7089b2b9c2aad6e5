"""Themes, what is played together: a grid of factorizations with figures to choose by; SQL makes the choice."""

from models_py.themes.grid import Themes, ThemeTrial, theme_grid

__all__ = ["ThemeTrial", "Themes", "theme_grid"]
