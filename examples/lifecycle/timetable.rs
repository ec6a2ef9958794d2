//! The flights as the service meets them: a request when the decision is due, a label when
//! the aircraft has landed.

use mlops::arrow::array::Array as _;
use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use mlops::serve::predictor::FieldValue;
use mlops::{PredictionId, Timestamp};
use mlops_examples::texts;

use crate::Result;
use crate::flights::History;

/// The carriers in the order of their codes, which the request brings as a number beside the text.
pub(crate) const CARRIERS: [&str; 16] =
    ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"];

/// A flight, as far as it is known one hour before its departure, and what came of it.
#[derive(Debug)]
pub(crate) struct Flight {
    /// Where it is in the history.
    pub(crate) place: usize,
    pub(crate) id: PredictionId,
    pub(crate) decided_at: Timestamp,
    pub(crate) carrier: String,
    tailnum: Option<String>,
    pub(crate) origin: String,
    hour: i32,
    day_of_week: i32,
    distance: i32,
    /// When it was known whether it was late; `None` if it never arrived.
    arrived: Option<(Timestamp, bool)>,
}

impl Flight {
    /// The fields of the request.
    pub(crate) fn fields(&self) -> [(&'static str, FieldValue<'_>); 7] {
        let code = CARRIERS.iter().position(|carrier| *carrier == self.carrier);
        let code = code.map_or(FieldValue::Missing, |code| FieldValue::Number(code as f64));
        [
            ("hour", FieldValue::Integer(self.hour.into())),
            ("day_of_week", FieldValue::Integer(self.day_of_week.into())),
            ("distance", FieldValue::Integer(self.distance.into())),
            ("carrier", FieldValue::Text(&self.carrier)),
            ("tailnum", self.tailnum.as_deref().map_or(FieldValue::Missing, FieldValue::Text)),
            ("origin", FieldValue::Text(&self.origin)),
            ("carrier_code", code),
        ]
    }

    /// When it was known whether it was late, and whether it was.
    pub(crate) const fn label(&self) -> Option<(Timestamp, bool)> {
        self.arrived
    }
}

/// The flights in the order of their decisions.
pub(crate) fn timetable(history: &History) -> Result<Vec<Flight>> {
    let flights = &history.flights;
    let column =
        |name: &str| flights.column_by_name(name).ok_or_else(|| format!("flights need a column {name}"));
    let whole = |name: &str| -> Result<_> {
        Ok(column(name)?
            .as_primitive_opt::<Int32Type>()
            .ok_or_else(|| format!("{name} must be 32-bit integers"))?)
    };
    let (carriers, tailnums, origins) =
        (texts(flights, "carrier")?, texts(flights, "tailnum")?, texts(flights, "origin")?);
    let (hours, days, distances) = (whole("hour")?, whole("day_of_week")?, whole("distance")?);
    let ids =
        column("flight_id")?.as_primitive_opt::<Int64Type>().ok_or("flight_id must be 64-bit integers")?;
    let arrivals = column("arrived_at")?
        .as_primitive_opt::<TimestampMicrosecondType>()
        .ok_or("arrived_at must be microseconds")?;
    let late = column("late")?.as_boolean_opt().ok_or("late must be true or false")?;
    let mut timetable = (0..flights.num_rows())
        .map(|place| {
            let known = arrivals.is_valid(place) && late.is_valid(place);
            Ok(Flight {
                place,
                id: PredictionId::new(ids.value(place).to_string())?,
                decided_at: history.times[place],
                carrier: carriers[place].ok_or("a flight has no carrier")?.to_owned(),
                tailnum: tailnums[place].map(str::to_owned),
                origin: origins[place].ok_or("a flight has no origin")?.to_owned(),
                hour: hours.value(place),
                day_of_week: days.value(place),
                distance: distances.value(place),
                arrived: known.then(|| (Timestamp::from_micros(arrivals.value(place)), late.value(place))),
            })
        })
        .collect::<Result<Vec<Flight>>>()?;
    timetable.sort_by_key(|flight| (flight.decided_at, flight.place));
    Ok(timetable)
}
