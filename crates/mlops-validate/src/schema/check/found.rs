use crate::schema::{Anomaly, AnomalyType, Schema};

/// The anomalies so far.
pub(super) struct Found<'a> {
    pub(super) schema: &'a Schema,
    pub(super) anomalies: Vec<Anomaly>,
}

impl Found<'_> {
    pub(super) fn table(&mut self, anomaly: AnomalyType, rows: u64, expected: String) {
        let reason = format!("the table has {rows} rows, expected {expected}");
        self.push(None, anomaly, Some(rows as f64), expected, reason);
    }

    pub(super) fn column(
        &mut self,
        column: &str,
        anomaly: AnomalyType,
        observed: Option<f64>,
        expected: String,
        reason: String,
    ) {
        self.push(Some(column.to_owned()), anomaly, observed, expected, reason);
    }

    fn push(
        &mut self,
        column: Option<String>,
        anomaly: AnomalyType,
        observed: Option<f64>,
        expected: String,
        reason: String,
    ) {
        let severity = self.schema.severity(anomaly);
        let examples = Vec::new();
        self.anomalies.push(Anomaly { column, anomaly, severity, observed, examples, expected, reason });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::schema::AnomalyType;

    #[test]
    fn the_names_of_the_file_are_those_of_the_anomalies() {
        let names: BTreeSet<&str> = AnomalyType::ALL.iter().map(|anomaly| anomaly.name()).collect();
        assert_eq!(names.len(), AnomalyType::ALL.len());
        for anomaly in AnomalyType::ALL {
            assert_eq!(serde_json::to_value(anomaly).unwrap(), anomaly.name());
        }
    }
}
