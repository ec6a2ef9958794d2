//! The production half of machine learning: model registry, feature store, validation, drift, monitoring and serving in one embeddable library
