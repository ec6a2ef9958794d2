//! What is happening now? The prediction log and its observers
