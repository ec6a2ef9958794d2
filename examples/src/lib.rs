//! Stories told with `mlops`: see the folders beside this one.
