"""The pure centre: rules that decide.

Modules here import the standard library and python-statemachine, nothing else: no clock, no request, no
environment, no database. Facts come in as frozen values, decisions go out as values or as `Refused`.
`tests/test_imports.py` holds this rule.
"""
