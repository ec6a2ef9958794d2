//! What the registry can show of a version to those who examine it: checklists of four
//! frameworks, each item with the evidence that was found, or what is missing and to be done.
//!
//! A report claims nothing: it lists records, each with its entry of the audit log or its
//! digest, and people decide whether that suffices. What no record can show a person may
//! [attest](crate::Session::attest) in their own name, and the report says so.
//!
//! ```
//! # use mlops_registry::{Registry, Result, compliance::{ComplianceTerms, Framework}};
//! # fn a(registry: &Registry) -> Result<()> {
//! let terms = ComplianceTerms::new().frameworks([Framework::Sr117]);
//! let report = registry.compliance_report(&"flight-delay".parse()?, &"1.0.0".parse()?, &terms)?;
//! for item in report.missing() {
//!     println!("{} {}: {}", item.id, item.section, item.to_do.join("; "));
//! }
//! std::fs::write("sr-11-7.json", report.to_json()?).unwrap();
//! # Ok(())
//! # }
//! ```
//!
//! | framework | what it is | source |
//! | --- | --- | --- |
//! | [`Sr117`](Framework::Sr117) | model risk management of US banks | Federal Reserve SR 11-7 and OCC 2011-12, 2011 |
//! | [`Sox`](Framework::Sox) | change control over financial reporting | Sarbanes-Oxley Act, COSO 2013, PCAOB AS 2201, COBIT 2019 |
//! | [`NistAiRmf`](Framework::NistAiRmf) | management of risks of AI | NIST AI 100-1, 2023 |
//! | [`FdaPccp`](Framework::FdaPccp) | predetermined changes of medical devices | FDA guidance FDA-2022-D-2628, 2024 |

mod attestation;
mod dossier;
mod fda_pccp;
mod framework;
mod nist_ai_rmf;
#[cfg(feature = "report")]
mod page;
mod question;
mod report;
mod sox;
mod sr_11_7;

pub use attestation::Attestation;
pub use framework::Framework;
pub use report::{Checklist, ComplianceReport, ComplianceTerms, Item, ItemState, Proof};
