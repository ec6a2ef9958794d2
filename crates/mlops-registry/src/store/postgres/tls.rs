//! What [`PostgresServer::tls`](super::PostgresServer::tls) asks of a connector: the traits of
//! the client, whose major version is so a part of this library's own.

pub use ::postgres::Socket;
pub use ::postgres::tls::{MakeTlsConnect, TlsConnect};
