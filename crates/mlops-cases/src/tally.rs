/// What came of the cases of an area, in the smallest comparisons that are recorded.
#[derive(Debug, Default)]
pub struct Tally {
    passed: usize,
    failed: Vec<String>,
    unsupported: Vec<String>,
    informative: Vec<String>,
}

impl Tally {
    /// Counts one comparison; `name` says which, and what was seen and expected.
    pub fn check(&mut self, holds: bool, name: impl FnOnce() -> String) {
        if holds { self.passed += 1 } else { self.failed.push(name()) }
    }

    /// A case that this crate has no answer to yet.
    pub fn unsupported(&mut self, name: impl Into<String>) {
        self.unsupported.push(name.into());
    }

    /// A case whose recorded answer the area's notes call informative: nothing is compared.
    pub fn informative(&mut self, name: impl Into<String>) {
        self.informative.push(name.into());
    }

    /// Prints the tally.
    ///
    /// # Panics
    /// If a comparison failed, a case is not supported, or nothing was compared.
    pub fn conclude(&self, area: &str) {
        let names = |names: &[String]| {
            if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
        };
        println!(
            "cases {area}: {} passed, {} failed{}, {} unsupported{}, {} informative{}",
            self.passed,
            self.failed.len(),
            names(&self.failed),
            self.unsupported.len(),
            names(&self.unsupported),
            self.informative.len(),
            names(&self.informative),
        );
        assert!(self.failed.is_empty(), "{} comparisons failed", self.failed.len());
        assert!(self.unsupported.is_empty(), "{} cases are not supported", self.unsupported.len());
        assert!(self.passed > 0, "no comparison was made");
    }
}
