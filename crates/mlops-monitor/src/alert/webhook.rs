use std::fmt;
use std::time::Duration;

use ureq::http::{HeaderName, HeaderValue, StatusCode, Uri};

use super::{Alert, AlertSink};
use crate::error::BoxError;
use crate::{Error, Result};

/// Posts each alert as JSON to an address.
///
/// Any status of 2xx means that it was taken. Redirects are not followed: an alert goes to
/// who was asked to take it, and to nobody else. No proxy is taken from the environment.
/// The path of the address and the headers may be secrets, and are in no error and no
/// debug text.
///
/// ```no_run
/// use std::time::Duration;
/// use mlops_monitor::WebhookSink;
/// let sink = WebhookSink::new("https://alerts.example/hook/4f2a", Duration::from_secs(5))?
///     .header("authorization", "Bearer …")?
///     .retries(2, |attempt| { /* wait as long as you like */ });
/// # Ok::<(), mlops_monitor::Error>(())
/// ```
pub struct WebhookSink {
    agent: ureq::Agent,
    address: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    retries: u32,
    pause: Box<dyn Fn(u32) + Send + Sync>,
}

impl WebhookSink {
    /// A sink that tries once; `timeout` is for the whole exchange.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the address is one of HTTP or HTTPS, with a host, and
    /// the timeout is above 0.
    pub fn new(address: &str, timeout: Duration) -> Result<Self> {
        let wrong =
            |expected| Error::Parameter { what: "webhook", value: "the address".to_owned(), expected };
        let address: Uri = address.parse().map_err(|_| wrong("a URL"))?;
        if !matches!(address.scheme_str(), Some("http" | "https")) {
            return Err(wrong("http:// or https://"));
        }
        if address.host().is_none_or(str::is_empty) {
            return Err(wrong("an address with a host"));
        }
        if timeout.is_zero() {
            let value = format!("{timeout:?}");
            return Err(Error::Parameter { what: "timeout of a webhook", value, expected: "above 0" });
        }
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None);
        Ok(Self {
            agent: config.build().new_agent(),
            address,
            headers: Vec::new(),
            retries: 0,
            pause: Box::new(|_| {}),
        })
    }

    /// Adds a header, such as `authorization`.
    ///
    /// # Errors
    /// [`Error::Parameter`] if HTTP does not know such names or values.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        let wrong = |what, expected| Error::Parameter { what, value: name.to_owned(), expected };
        let header = name.parse().map_err(|_| wrong("header", "letters, digits and `-`"))?;
        let mut value: HeaderValue =
            value.parse().map_err(|_| wrong("value of the header", "visible ASCII"))?;
        value.set_sensitive(true);
        self.headers.push((header, value));
        Ok(self)
    }

    /// Tries so many times more if the receiver does not answer, has too much to do (429)
    /// or fails (5xx). Before each, `pause` gets the number of the attempt that failed,
    /// from 1; it may wait, and decides by which clock.
    #[must_use]
    pub fn retries(mut self, retries: u32, pause: impl Fn(u32) + Send + Sync + 'static) -> Self {
        (self.retries, self.pause) = (retries, Box::new(pause));
        self
    }

    /// Whether another attempt makes sense, and what was met.
    fn attempt(&self, body: &[u8]) -> Result<(), (bool, BoxError)> {
        let mut request = self.agent.post(&self.address).header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let status = match request.send(body) {
            Ok(response) => response.status(),
            Err(error) => return Err((true, error.into())),
        };
        if status.is_success() {
            return Ok(());
        }
        let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        let redirect = if status.is_redirection() { ", which is not followed" } else { "" };
        Err((again, format!("it answered {status}{redirect}").into()))
    }
}

impl fmt::Debug for WebhookSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSink").field("host", &self.address.host()).finish_non_exhaustive()
    }
}

impl AlertSink for WebhookSink {
    fn send(&self, alert: &Alert) -> Result<()> {
        let sink = || format!("the webhook at {}", self.address.host().unwrap_or_default());
        let body = serde_json::to_vec(alert).map_err(|error| Error::NotDelivered {
            sink: sink(),
            attempts: 0,
            source: error.into(),
        })?;
        let mut attempts = 1;
        loop {
            match self.attempt(&body) {
                Ok(()) => return Ok(()),
                Err((true, _)) if attempts <= self.retries => (self.pause)(attempts),
                Err((_, source)) => return Err(Error::NotDelivered { sink: sink(), attempts, source }),
            }
            attempts += 1;
        }
    }
}
