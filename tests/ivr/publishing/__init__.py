"""Tests of menus going live."""
