//! May this data pass? The training months may; a damaged copy of them may not.

use std::path::Path;
use std::sync::Arc;

use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::{ArrowPrimitiveType, Int32Type, Int64Type};
use mlops::arrow::array::{Array as _, ArrayRef, Int32Array, Int64Array, PrimitiveArray, StringArray};
use mlops::arrow::schema::FieldRef;
use mlops::arrow::{Field, RecordBatch, Schema};
use mlops::report::{Details, Html, Section};
use mlops::validate::result::{Level, ResultFormat, sections};
use mlops::validate::{Suite, ValidationResult};
use mlops_examples::{texts, within};

use crate::Result;
use crate::flights::{self, TRAINING, months};
use crate::say;

/// What the flights must look like, as Great Expectations writes it.
pub(crate) const SUITE: &str = include_str!("suite.json");

/// What the chapter leaves behind.
#[derive(Debug)]
pub(crate) struct Validated {
    /// All flights of the year.
    pub(crate) flights: RecordBatch,
    pub(crate) section: Section,
}

pub(crate) fn tell(data: &Path) -> Result<Validated> {
    say::chapter(1, "Validate: may this data be learned from?");
    let suite = Suite::from_json(SUITE)?;
    let flights = flights::read(data)?;
    let training = within(&flights, months(TRAINING)?)?;

    let genuine = validate(&suite, &training)?;
    let statistics = genuine.statistics();
    say::line("training months", format!("{} flights", say::count(training.num_rows())));
    say::line("suite", format!("{}, {} expectations", suite.name(), suite.entries().len()));
    say::line("verdict", format!("{} of {} hold", statistics.successful, statistics.evaluated));
    for line in genuine.lines() {
        say::detail(line);
    }
    if let Some(line) = genuine.lines().first() {
        return Err(format!("the training months do not pass suite.json: {line}").into());
    }

    let refused = validate(&suite, &damaged(&training)?)?;
    say::line("the same, damaged", if refused.success() { "passes" } else { "refused" });
    for failure in refused.failures() {
        say::detail(format!("{}: {}", failure.subject(), failure.reason()));
    }
    if refused.success() {
        return Err("the damaged copy passed suite.json".into());
    }

    let section = Section::new("Data")
        .with(folded("The training months", &genuine))
        .with(folded("The same, damaged", &refused).open());
    Ok(Validated { flights, section })
}

/// Rows that break a rule are named by their flight.
fn validate(suite: &Suite, flights: &RecordBatch) -> Result<ValidationResult> {
    let format = ResultFormat::new(Level::Summary).index_columns(["flight_id"]);
    Ok(suite.validator().result_format(format).batches(std::slice::from_ref(flights))?)
}

/// The same flights with what goes wrong in real life: keys that are gone, a distance with
/// the wrong sign, a carrier that nobody knows, a flight delivered twice.
fn damaged(flights: &RecordBatch) -> Result<RecordBatch> {
    let ids = numbers::<Int64Type>(flights, "flight_id")?;
    let carriers = texts(flights, "carrier")?;
    let distances = numbers::<Int32Type>(flights, "distance")?;

    let duplicated = (0..ids.len()).map(|row| (row != 70).then(|| ids.value(if row == 7 { 6 } else { row })));
    let unknown = (0..carriers.len()).map(|row| match row {
        20 | 21 => None,
        40 => Some("ZZ"),
        _ => carriers[row],
    });
    let negative = (0..distances.len())
        .map(|row| Some(if row == 60 { -distances.value(row) } else { distances.value(row) }));
    let replaced: [(&str, ArrayRef); 3] = [
        ("flight_id", Arc::new(duplicated.collect::<Int64Array>())),
        ("carrier", Arc::new(unknown.collect::<StringArray>())),
        ("distance", Arc::new(negative.collect::<Int32Array>())),
    ];

    let (schema, mut columns, _) = flights.clone().into_parts();
    let mut fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
    for (name, damaged) in replaced {
        let place = schema.index_of(name)?;
        fields[place] = Arc::new(Field::new(name, damaged.data_type().clone(), true));
        columns[place] = damaged;
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn numbers<'f, T: ArrowPrimitiveType>(
    flights: &'f RecordBatch,
    column: &str,
) -> Result<&'f PrimitiveArray<T>> {
    flights
        .column_by_name(column)
        .and_then(|column| column.as_primitive_opt::<T>())
        .ok_or_else(|| format!("flights need a column {column} of {}", T::DATA_TYPE).into())
}

/// Every expectation with what came of it, behind one line.
fn folded(what: &str, result: &ValidationResult) -> Details {
    let statistics = result.statistics();
    let parts: Html = sections(result).into_iter().map(Html::from).collect();
    let line = format!("{what}: {} of {} expectations hold", statistics.successful, statistics.evaluated);
    Details::new(line).with(parts)
}
