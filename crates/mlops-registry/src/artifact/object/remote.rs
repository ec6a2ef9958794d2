//! Stores behind a network, each by the builder of the client.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use object_store::{ClientOptions, ObjectStore, ObjectStoreScheme, RetryConfig};
#[cfg(feature = "object-store-http")]
use object_store::{HeaderMap, HeaderValue};

use super::ObjectAddress;
use crate::{Error, Result};

/// After so long without a byte a connection counts as gone. There is no limit to a whole
/// answer, which may be gigabytes.
const SILENCE: Duration = Duration::from_mins(1);

/// The client of the store at `address`, whose feature is enabled. What its builder says of the
/// options is told by `refused`.
pub(super) fn connect(
    address: &ObjectAddress,
    refused: impl Fn(object_store::Error) -> Error,
) -> Result<Arc<dyn ObjectStore>> {
    /// A client by a builder that knows the address as it is.
    macro_rules! client {
        ($builder:ty) => {{
            let builder = <$builder>::new()
                .with_client_options(options())
                .with_url(address.url.as_str())
                .with_retry(retry(address));
            let builder = address.set(builder, |builder, key, value| {
                Some(builder.with_config(FromStr::from_str(&key.to_ascii_lowercase()).ok()?, value))
            })?;
            Ok(Arc::new(builder.build().map_err(refused)?))
        }};
    }
    match address.scheme {
        #[cfg(feature = "object-store-aws")]
        ObjectStoreScheme::AmazonS3 => client!(object_store::aws::AmazonS3Builder),
        #[cfg(feature = "object-store-azure")]
        ObjectStoreScheme::MicrosoftAzure => client!(object_store::azure::MicrosoftAzureBuilder),
        #[cfg(feature = "object-store-gcp")]
        ObjectStoreScheme::GoogleCloudStorage => client!(object_store::gcp::GoogleCloudStorageBuilder),
        #[cfg(feature = "object-store-http")]
        ObjectStoreScheme::Http => http(address, refused).map(|store| Arc::new(store) as _),
        _ => Err(Error::Invalid {
            field: "address of objects",
            value: address.url.to_string(),
            expected: "the address of a store whose feature is enabled".to_owned(),
        }),
    }
}

/// A server that speaks WebDAV. The path of the address is part of the names of objects.
#[cfg(feature = "object-store-http")]
fn http(
    address: &ObjectAddress,
    refused: impl Fn(object_store::Error) -> Error,
) -> Result<object_store::http::HttpStore> {
    /// The header that says as whom one comes: no option of the client, which takes it for all requests.
    const AUTHORIZATION: &str = "authorization";
    let (headers, options) =
        address.set((HeaderMap::new(), options()), |(mut headers, options), key, value| {
            if key.eq_ignore_ascii_case(AUTHORIZATION) {
                let mut value = HeaderValue::try_from(value).ok()?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
                return Some((headers, options));
            }
            let key = FromStr::from_str(&key.to_ascii_lowercase()).ok()?;
            Some((headers, options.with_config(key, value)))
        })?;
    let builder = object_store::http::HttpBuilder::new()
        .with_url(&address.url[..url::Position::BeforePath])
        .with_client_options(options.with_default_headers(headers))
        .with_retry(retry(address));
    builder.build().map_err(refused)
}

fn options() -> ClientOptions {
    ClientOptions::new().with_timeout_disabled().with_read_timeout(SILENCE)
}

fn retry(address: &ObjectAddress) -> RetryConfig {
    RetryConfig { max_retries: address.retries, retry_timeout: address.patience, ..RetryConfig::default() }
}
