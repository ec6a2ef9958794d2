//! Has the world changed? Drift of features and predictions against a reference
