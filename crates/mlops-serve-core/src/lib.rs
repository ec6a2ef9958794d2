//! How does a request become a safe answer? LightGBM and XGBoost models as flat trees
