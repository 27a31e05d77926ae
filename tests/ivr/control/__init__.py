"""Tests of orders to a running engine."""
