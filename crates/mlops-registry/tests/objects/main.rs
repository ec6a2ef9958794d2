//! Artifacts in object stores: in memory, in files, behind a server of the S3 protocol and one of
//! HTTP, and what comes of it when requests fail.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod collecting;
mod failing;
mod http;
mod meddled;
mod reading;
mod runtimes;
mod s3;
mod stores;
mod turns;
mod uploading;
