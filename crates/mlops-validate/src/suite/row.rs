use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use arrow_array::new_empty_array;
use arrow_schema::{DataType, Schema, SchemaRef};

use super::{Suite, SuiteEntry, Validator};
use crate::condition::{Comparison, Constant, Expr, Operand, RowCondition};
use crate::metric::Breaks;
use crate::plan::Plan;
use crate::rule::{Bound, Bounds, CellRule, Members, Mismatch, ValueRule, broken_rows};
use crate::table::{Cell, NanIs, array_of, only_column};
use crate::{Error, Result};

/// A suite prepared for single rows, such as the features of a request.
///
/// It has the suite's rules about single values: ranges, sets, patterns, missing values,
/// whatever an expectation judges value by value, with their row conditions. `mostly` says
/// nothing about one row: every value that breaks its rule is reported. Expectations about
/// the whole column or table are in [`left_out`](Self::left_out).
///
/// Ranges, sets, lengths and plain patterns allocate nothing, but for the scratch space of a
/// pattern when a thread first uses it. 20 rules, two of them patterns and one with a row
/// condition, take a third of a microsecond a row (bench `expectations/row`). A
/// [`ValueRule`] of your own that does not [`prepare`](ValueRule::prepare) itself gets an
/// array of one value each time.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_schema::{DataType, Field, Schema};
/// use mlops_validate::expectation::{ValuesBetween, ValuesInSet, ValuesUnique};
/// use mlops_validate::{Cell, Suite};
///
/// let suite = Suite::new("request")
///     .expect(ValuesInSet::texts("carrier", ["AA", "UA"]))
///     .expect(ValuesUnique::new("carrier"))
///     .expect(ValuesBetween::new("distance").above(0));
/// let schema = Arc::new(Schema::new(vec![
///     Field::new("carrier", DataType::Utf8, true),
///     Field::new("distance", DataType::Int64, true),
/// ]));
/// let rules = suite.validator().compile_row(&schema);
/// assert_eq!(rules.left_out(), [1], "one row says nothing about what is unique");
///
/// let row = [Cell::Text("AA".into()), Cell::Int(-5)];
/// let broken: Vec<&str> = rules.broken(&row)?.map(|broken| broken.entry.expectation.name()).collect();
/// assert_eq!(broken, ["expect_column_values_to_be_between"]);
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[must_use]
pub struct RowRules<'a> {
    suite: &'a Suite,
    schema: SchemaRef,
    checks: Vec<Check>,
    left_out: Vec<usize>,
    nan: NanIs,
}

/// A rule that a row breaks, or that could not judge it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RowBreak<'a> {
    /// The number of the expectation in the suite.
    pub index: usize,
    /// The expectation.
    pub entry: &'a SuiteEntry,
    /// The column whose value breaks it, by its place in the schema; `None` if there is no
    /// such column.
    pub column: Option<usize>,
    /// Whether the rule was broken; if not, it could not judge the value.
    pub is_broken: bool,
}

struct Check {
    entry: usize,
    column: Option<usize>,
    condition: Option<CellCondition>,
    breaks: CellBreaks,
}

enum CellBreaks {
    Rule(CellRule),
    Missing,
    Present,
    /// The rule does not suit the column.
    Unsuited,
}

impl fmt::Debug for RowRules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowRules")
            .field("suite", &self.suite.name())
            .field("rules", &self.checks.len())
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

impl<'a> Validator<'a> {
    /// Prepares the suite for single rows with the columns of a schema.
    pub fn compile_row(&self, schema: &SchemaRef) -> RowRules<'a> {
        let (suite, nan) = (self.suite(), self.nan());
        let (plan, planned) = Plan::new(schema, &self.format().keep(), nan, |planner| {
            let plan = |entry: &SuiteEntry| {
                planner.next_expectation();
                let planned = entry.expectation.plan(planner);
                (planned.is_ok(), planner.take_judged())
            };
            suite.entries().iter().map(plan).collect::<Vec<_>>()
        });
        drop(plan);
        let (mut checks, mut left_out) = (Vec::new(), Vec::new());
        for (entry, (is_planned, judged)) in planned.into_iter().enumerate() {
            if is_planned && judged.is_empty() {
                left_out.push(entry);
            }
            if !is_planned {
                checks.push(Check { entry, column: None, condition: None, breaks: CellBreaks::Unsuited });
            }
            for (column, condition, breaks) in judged {
                checks.push(Check::new(entry, (schema, &column), condition.as_ref(), &breaks));
            }
        }
        RowRules { suite, schema: SchemaRef::clone(schema), checks, left_out, nan }
    }
}

impl RowRules<'_> {
    /// The columns that a row must have, in this order.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The numbers of the expectations that say nothing about a single row.
    pub fn left_out(&self) -> &[usize] {
        &self.left_out
    }

    /// The rules that a row breaks, in the order of the suite. They are looked for as the
    /// iterator goes on.
    ///
    /// # Errors
    /// [`Error::Input`] if the row has not as many values as the schema has columns.
    pub fn broken<'r>(&'r self, row: &'r [Cell<'r>]) -> Result<impl Iterator<Item = RowBreak<'r>> + 'r> {
        if row.len() != self.schema.fields().len() {
            let reason = format!("it has {} values, expected {}", row.len(), self.schema.fields().len());
            return Err(Error::input("row", reason));
        }
        let entries = self.suite.entries();
        Ok(self.checks.iter().filter_map(move |check| {
            let is_broken = check.is_broken(row, self.nan);
            let (index, column) = (check.entry, check.column);
            let found = |is_broken| RowBreak { index, entry: &entries[index], column, is_broken };
            match is_broken {
                Ok(false) => None,
                Ok(true) => Some(found(true)),
                Err(CantSay) => Some(found(false)),
            }
        }))
    }

    /// Whether a row breaks no rule, and every rule could judge it.
    ///
    /// # Errors
    /// As [`broken`](Self::broken).
    pub fn accept(&self, row: &[Cell<'_>]) -> Result<bool> {
        Ok(self.broken(row)?.next().is_none())
    }
}

/// The rule can't judge the value.
struct CantSay;

impl From<Mismatch> for CantSay {
    fn from(_: Mismatch) -> Self {
        Self
    }
}

fn is_missing(cell: &Cell<'_>, nan: NanIs) -> bool {
    match cell {
        Cell::Float(value) => nan == NanIs::Missing && value.is_nan(),
        other => other.is_missing(),
    }
}

impl Check {
    fn new(
        entry: usize,
        (schema, column): (&Schema, &str),
        condition: Option<&RowCondition>,
        breaks: &Breaks,
    ) -> Self {
        let unsuited = |column| Self { entry, column, condition: None, breaks: CellBreaks::Unsuited };
        let Ok(at) = only_column(schema, column) else { return unsuited(None) };
        let condition = match condition.map(|condition| CellCondition::of(condition, schema)) {
            None => None,
            Some(Some(condition)) => Some(condition),
            Some(None) => return unsuited(Some(at)),
        };
        let breaks = match breaks {
            Breaks::Missing => CellBreaks::Missing,
            Breaks::Present => CellBreaks::Present,
            Breaks::Rule(rule) => {
                prepared(rule, schema.field(at).data_type()).map_or(CellBreaks::Unsuited, CellBreaks::Rule)
            }
        };
        Self { entry, column: Some(at), condition, breaks }
    }

    fn is_broken(&self, row: &[Cell<'_>], nan: NanIs) -> Result<bool, CantSay> {
        let Some(at) = self.column else { return Err(CantSay) };
        if let Some(condition) = &self.condition
            && !condition.holds(row, nan)?
        {
            return Ok(false);
        }
        let cell = &row[at];
        let missing = is_missing(cell, nan);
        match &self.breaks {
            CellBreaks::Missing => Ok(missing),
            CellBreaks::Present => Ok(!missing),
            _ if missing => Ok(false),
            CellBreaks::Rule(rule) => Ok(rule(cell)?),
            CellBreaks::Unsuited => Err(CantSay),
        }
    }
}

/// The rule for single values of a column; `None` if it does not suit the column.
fn prepared(rule: &Arc<dyn ValueRule>, data_type: &DataType) -> Option<CellRule> {
    let of_values = match data_type {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    if let Some(prepared) = rule.prepare(of_values) {
        return prepared.ok();
    }
    rule.broken(new_empty_array(of_values).as_ref()).ok()?;
    let (rule, data_type) = (Arc::clone(rule), of_values.clone());
    Some(Box::new(move |cell| {
        let array = array_of(cell, &data_type)
            .ok_or_else(|| Mismatch(format!("the value {cell} is not of the column's type")))?;
        Ok(broken_rows(rule.as_ref(), array.as_ref())?.value(0))
    }))
}

/// A row condition, for single rows.
enum CellCondition {
    /// The value of a column is, or is not, what breaks a rule; a missing one never is.
    Breaks {
        column: usize,
        rule: CellRule,
        negated: bool,
    },
    /// The same of a set, where a missing value is in none.
    Among {
        column: usize,
        forbids: CellRule,
        negated: bool,
    },
    Columns {
        left: usize,
        op: Comparison,
        right: usize,
    },
    IsMissing {
        column: usize,
        negated: bool,
    },
    Flag {
        column: usize,
    },
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl CellCondition {
    fn of(condition: &RowCondition, schema: &Schema) -> Option<Self> {
        Self::compile(condition.meaning().ok()?, schema)
    }

    fn compile(expr: &Expr, schema: &Schema) -> Option<Self> {
        let column = |name: &str| only_column(schema, name).ok();
        let among = |name: &str, constants: &[Constant], negated| {
            let members = Members::new(constants.iter().map(|constant| constant.0.clone()).collect(), true);
            let column = column(name)?;
            let forbids = members.prepare(schema.field(column).data_type())?.ok()?;
            Some(Self::Among { column, forbids, negated })
        };
        let compare = |name: &str, op: Comparison, constant: &Constant| {
            if matches!(op, Comparison::Equal | Comparison::NotEqual) {
                return among(name, std::slice::from_ref(constant), op == Comparison::NotEqual);
            }
            let bounds = Bounds::compared(op, Bound::from_json(&constant.0.to_json())?);
            let column = column(name)?;
            let rule = bounds.prepare(schema.field(column).data_type())?.ok()?;
            Some(Self::Breaks { column, rule, negated: true })
        };
        let all = |parts: &[Expr]| -> Option<Vec<Self>> {
            parts.iter().map(|part| Self::compile(part, schema)).collect()
        };
        match expr {
            Expr::Compare { left, op, right } => match (left, right) {
                (Operand::Column(name), Operand::Constant(constant)) => compare(name, *op, constant),
                (Operand::Constant(constant), Operand::Column(name)) => compare(name, op.turned(), constant),
                (Operand::Column(left), Operand::Column(right)) => {
                    Some(Self::Columns { left: column(left)?, op: *op, right: column(right)? })
                }
                (Operand::Constant(_), Operand::Constant(_)) => None,
            },
            Expr::In { column, constants, negated } => among(column, constants, *negated),
            Expr::IsMissing { column: name, negated } => {
                Some(Self::IsMissing { column: column(name)?, negated: *negated })
            }
            Expr::Flag { column: name } => {
                let at = column(name)?;
                (*schema.field(at).data_type() == DataType::Boolean).then_some(Self::Flag { column: at })
            }
            Expr::Not(inner) => Some(Self::Not(Box::new(Self::compile(inner, schema)?))),
            Expr::All(parts) => Some(Self::All(all(parts)?)),
            Expr::Any(parts) => Some(Self::Any(all(parts)?)),
        }
    }

    fn holds(&self, row: &[Cell<'_>], nan: NanIs) -> Result<bool, CantSay> {
        Ok(match self {
            Self::Breaks { column, rule, negated } => {
                !is_missing(&row[*column], nan) && rule(&row[*column])? != *negated
            }
            Self::Among { column, forbids, negated } => {
                (!is_missing(&row[*column], nan) && forbids(&row[*column])?) != *negated
            }
            Self::Columns { left, op, right } => return compare_cells(&row[*left], *op, &row[*right]),
            Self::IsMissing { column, negated } => is_missing(&row[*column], nan) != *negated,
            Self::Flag { column } => matches!(row[*column], Cell::Bool(true)),
            Self::Not(inner) => !inner.holds(row, nan)?,
            Self::All(parts) => {
                // All are looked at, as in a table: one that can't be judged counts.
                let mut all = true;
                for part in parts {
                    all &= part.holds(row, nan)?;
                }
                all
            }
            Self::Any(parts) => {
                let mut any = false;
                for part in parts {
                    any |= part.holds(row, nan)?;
                }
                any
            }
        })
    }
}

fn compare_cells(left: &Cell<'_>, op: Comparison, right: &Cell<'_>) -> Result<bool, CantSay> {
    let order = left.order(right);
    if matches!(op, Comparison::Equal | Comparison::NotEqual) {
        return Ok((order == Some(Ordering::Equal)) == (op == Comparison::Equal));
    }
    let is_none = |cell: &Cell<'_>| is_missing(cell, NanIs::Missing);
    match order {
        None if is_none(left) || is_none(right) => Ok(false),
        None => Err(CantSay),
        Some(order) => Ok(match op {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            _ => order != Ordering::Less,
        }),
    }
}
