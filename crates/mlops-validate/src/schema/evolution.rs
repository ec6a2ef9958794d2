use mlops_core::{Severity, Version};
use serde::{Deserialize, Serialize};

use super::{ColumnSchema, Range, Schema};

/// How far a version has to be raised, as semantic versions mean it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a version has three numbers")]
pub enum Bump {
    /// Nothing changed.
    #[default]
    None,
    /// Words and severities changed, or the order of columns: every table fits as before.
    Patch,
    /// It goes on as before, and something more is allowed, promised or there.
    Minor,
    /// Something that went well may fail.
    Major,
}

/// Whose side a change is looked at from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a table is written and read")]
pub enum View {
    /// Programs that read tables and rely on the old schema. What widens breaks them: a table
    /// that fits the new schema might not fit the old one.
    Reader,
    /// Programs that write tables and keep to the old schema. What narrows breaks them: a
    /// table that fits the old schema might not fit the new one. Tables that were stored
    /// before are such tables.
    Writer,
    /// Both: it breaks if it breaks either.
    Both,
}

/// One change from a schema to the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemaChange {
    /// The column; `None` if it is the table.
    pub column: Option<String>,
    /// What it means for those who read.
    pub reader: Bump,
    /// What it means for those who write.
    pub writer: Bump,
    /// What changed, and why that matters.
    pub reason: String,
}

/// What changed from a schema to the next, and what that does to those who use it.
///
/// A column that is new to either side is no break in itself: more columns than expected
/// are a warning. A column that was renamed is one that is gone and one that is new. Severities
/// change no table that fits.
///
/// ```
/// use mlops_validate::schema::{Bump, Evolution, Schema, View};
///
/// let read = |domain: &str| Schema::from_toml(&format!(r#"
///     format = 1
///     name = "flights"
///     version = "1.4.0"
///     columns = [{{ name = "dest", type = "Utf8", domain = {domain} }}]
/// "#));
/// let evolution = Evolution::between(&read(r#"["BOS", "JFK"]"#)?, &read(r#"["BOS", "EWR", "JFK"]"#)?);
/// // Whoever wrote goes on; whoever reads meets a text that it does not know.
/// assert_eq!(evolution.bump(View::Writer), Bump::Minor);
/// assert_eq!(evolution.bump(View::Reader), Bump::Major);
/// assert_eq!(evolution.next_version(View::Both).to_string(), "2.0.0");
/// assert_eq!(evolution.changes()[0].reason, "the domain has 1 text more: \"EWR\"");
/// assert!(!evolution.version_is_enough(View::Both));
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Evolution {
    from: Version,
    to: Version,
    changes: Vec<SchemaChange>,
}

impl SchemaChange {
    /// What it means from one side.
    pub fn bump(&self, view: View) -> Bump {
        match view {
            View::Reader => self.reader,
            View::Writer => self.writer,
            View::Both => self.reader.max(self.writer),
        }
    }
}

impl Evolution {
    /// What changed between two schemas of one table.
    pub fn between(old: &Schema, new: &Schema) -> Self {
        let mut changes = Changes { column: None, list: Vec::new() };
        if old.name != new.name {
            let reason = format!("the table is called {:?} instead of {:?}", new.name, old.name);
            changes.push(Bump::Patch, Bump::Patch, reason);
        }
        if old.severities != new.severities {
            let changed =
                super::AnomalyType::ALL.into_iter().filter(|one| old.severity(*one) != new.severity(*one));
            for anomaly in changed {
                let (was, is): (Severity, Severity) = (old.severity(anomaly), new.severity(anomaly));
                changes.push(Bump::Patch, Bump::Patch, format!("{anomaly} is {is} instead of {was}"));
            }
        }
        changes.end("the fewest rows", old.rows.min, new.rows.min, true, u64::to_string);
        changes.end("the most rows", old.rows.max, new.rows.max, false, u64::to_string);
        for was in &old.columns {
            changes.column = Some(was.name.clone());
            match new.column(&was.name) {
                Some(is) => changes.column(was, is),
                None if was.min_presence > 0.0 => {
                    let reason = "the column is gone, and those who read need it";
                    changes.push(Bump::Major, Bump::Minor, reason.to_owned());
                }
                None => {
                    let reason = "the column is gone; it did not have to be there";
                    changes.push(Bump::Minor, Bump::Minor, reason.to_owned());
                }
            }
        }
        for is in new.columns.iter().filter(|is| old.column(&is.name).is_none()) {
            changes.column = Some(is.name.clone());
            if is.min_presence > 0.0 {
                let reason = "the column is new, and those who write must fill it";
                changes.push(Bump::Minor, Bump::Major, reason.to_owned());
            } else {
                let reason = "the column is new, and need not be there";
                // A table may have had a column of this name and any type, which was new to it.
                changes.push(Bump::Minor, Bump::Minor, reason.to_owned());
            }
        }
        changes.column = None;
        let shared = |a: &Schema, b: &Schema| -> Vec<String> {
            let names = a.columns.iter().map(|column| column.name.clone());
            names.filter(|name| b.column(name).is_some()).collect()
        };
        if shared(old, new) != shared(new, old) {
            changes.push(Bump::Patch, Bump::Patch, "the columns are in another order".to_owned());
        }
        Self { from: old.version.clone(), to: new.version.clone(), changes: changes.list }
    }

    /// The changes: of the table, of the old columns in their order, new columns.
    pub fn changes(&self) -> &[SchemaChange] {
        &self.changes
    }

    /// How far the version has to be raised.
    pub fn bump(&self, view: View) -> Bump {
        self.changes.iter().map(|change| change.bump(view)).max().unwrap_or_default()
    }

    /// Whether nothing breaks.
    pub fn is_compatible(&self, view: View) -> bool {
        self.bump(view) < Bump::Major
    }

    /// The version that the new schema should have.
    pub fn next_version(&self, view: View) -> Version {
        let (major, minor, patch) = (self.from.major(), self.from.minor(), self.from.patch());
        match self.bump(view) {
            Bump::None => self.from.clone(),
            Bump::Patch => Version::new(major, minor, patch.saturating_add(1)),
            Bump::Minor => Version::new(major, minor.saturating_add(1), 0),
            Bump::Major => Version::new(major.saturating_add(1), 0, 0),
        }
    }

    /// Whether the version of the new schema was raised far enough.
    pub fn version_is_enough(&self, view: View) -> bool {
        self.to >= self.next_version(view)
    }
}

struct Changes {
    column: Option<String>,
    list: Vec<SchemaChange>,
}

impl Changes {
    fn push(&mut self, reader: Bump, writer: Bump, reason: String) {
        self.list.push(SchemaChange { column: self.column.clone(), reader, writer, reason });
    }

    /// What fitted fits, and more does.
    fn wider(&mut self, reason: String) {
        self.push(Bump::Major, Bump::Minor, reason);
    }

    /// What fits fitted, and some does not any more.
    fn narrower(&mut self, reason: String) {
        self.push(Bump::Minor, Bump::Major, reason);
    }

    fn either(&mut self, is_wider: bool, reason: String) {
        if is_wider { self.wider(reason) } else { self.narrower(reason) }
    }

    /// An end of a range, where none is the widest.
    fn end<T: PartialOrd + Copy>(
        &mut self,
        what: &str,
        was: Option<T>,
        is: Option<T>,
        lower: bool,
        show: impl Fn(&T) -> String,
    ) {
        let text = |end: Option<T>| end.as_ref().map_or_else(|| "open".to_owned(), &show);
        let is_wider = match (was, is) {
            (None, None) => return,
            (Some(was), Some(is)) if was == is => return,
            (None, Some(_)) => false,
            (Some(_), None) => true,
            (Some(was), Some(is)) => (is < was) == lower,
        };
        self.either(is_wider, format!("{what} is {} instead of {}", text(is), text(was)));
    }

    fn column(&mut self, was: &ColumnSchema, is: &ColumnSchema) {
        if was.data_type != is.data_type {
            let (takes_old, taken) = (is.data_type.takes(&was.data_type), was.data_type.takes(&is.data_type));
            let reason = format!("the type is {} instead of {}", is.data_type, was.data_type);
            match (taken, takes_old) {
                (true, true) => self.push(Bump::Minor, Bump::Minor, reason),
                (true, false) => self.narrower(format!("{reason}, which is narrower")),
                (false, true) => self.wider(format!("{reason}, which is wider")),
                (false, false) => self.push(Bump::Major, Bump::Major, reason),
            }
        }
        if was.min_presence.total_cmp(&is.min_presence).is_ne() {
            let text = |share: f64| format!("{} %", share * 100.0);
            let (before, now) = (text(was.min_presence), text(is.min_presence));
            let reason = format!("at least {now} of the rows must have a value instead of {before}");
            self.either(is.min_presence < was.min_presence, reason);
        }
        if was.unique != is.unique {
            let reason = if is.unique { "values must be unique now" } else { "values may repeat now" };
            self.either(!is.unique, reason.to_owned());
        }
        for (what, before, now) in [("NaN", was.nan, is.nan), ("infinity", was.infinite, is.infinite)] {
            if before != now {
                let verb = if now { "may occur now" } else { "may not occur any more" };
                self.either(now, format!("{what} {verb}"));
            }
        }
        self.domain(was, is);
        self.range(was, is);
        if was.description != is.description {
            self.push(Bump::Patch, Bump::Patch, "the description is another".to_owned());
        }
    }

    fn domain(&mut self, was: &ColumnSchema, is: &ColumnSchema) {
        match (&was.domain, &is.domain) {
            (None, None) => {}
            (None, Some(domain)) => {
                self.narrower(format!("only the {} texts of a domain may occur now", domain.len()));
            }
            (Some(_), None) => self.wider("any text may occur now".to_owned()),
            (Some(before), Some(now)) => {
                for (more, less, is_wider, word) in
                    [(now, before, true, "more"), (before, now, false, "less")]
                {
                    let known: std::collections::BTreeSet<&String> = less.iter().collect();
                    let changed: Vec<&String> = more.iter().filter(|text| !known.contains(text)).collect();
                    if !changed.is_empty() {
                        let shown: Vec<String> = changed
                            .iter()
                            .take(5)
                            .map(|text| crate::error::shorten(&format!("{text:?}")))
                            .collect();
                        let dots = if changed.len() > 5 { ", …" } else { "" };
                        let texts = if changed.len() == 1 { "text" } else { "texts" };
                        let count = changed.len();
                        let list = shown.join(", ");
                        self.either(is_wider, format!("the domain has {count} {texts} {word}: {list}{dots}"));
                    }
                }
                if was.min_domain_mass.total_cmp(&is.min_domain_mass).is_ne() {
                    let (now, before) = (is.min_domain_mass * 100.0, was.min_domain_mass * 100.0);
                    let reason =
                        format!("at least {now} % of the values must be of the domain instead of {before} %");
                    self.either(is.min_domain_mass < was.min_domain_mass, reason);
                }
            }
        }
    }

    fn range(&mut self, was: &ColumnSchema, is: &ColumnSchema) {
        let (low, high) = ("the lower end of the range", "the upper end of the range");
        let moment = |nanos: &i128| crate::table::write_moment(*nanos, is.data_type.arrow());
        match (was.range, is.range) {
            (before, now) if before == now => {}
            (Range::Whole { min, max }, Range::Whole { min: new_min, max: new_max }) => {
                self.end(low, min, new_min, true, i128::to_string);
                self.end(high, max, new_max, false, i128::to_string);
            }
            (Range::Float { min, max }, Range::Float { min: new_min, max: new_max }) => {
                self.end(low, min, new_min, true, f64::to_string);
                self.end(high, max, new_max, false, f64::to_string);
            }
            (Range::Moment { min, max }, Range::Moment { min: new_min, max: new_max }) => {
                self.end(low, min, new_min, true, moment);
                self.end(high, max, new_max, false, moment);
            }
            (Range::Any, _) => self.narrower(format!("the values must be {} now", is.range_text())),
            (_, Range::Any) => self.wider(format!("the values need not be {} any more", was.range_text())),
            // Of another kind: the type changed.
            _ => self.push(Bump::Major, Bump::Major, "the range is of another kind".to_owned()),
        }
    }
}
