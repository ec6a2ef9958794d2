use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::{Mismatch, ValueRule};

/// A type by name: Arrow's, or one of those of pandas, numpy and Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// Exactly this one.
    Exactly(DataType),
    /// Text of any layout.
    Text,
    /// Bytes of any layout.
    Bytes,
    /// A moment, in this unit if one is named; with a time zone, which may be named.
    Moment {
        unit: Option<TimeUnit>,
        zone: Zone,
    },
    /// A length of time, in this unit if one is named.
    Duration(Option<TimeUnit>),
    /// A day.
    Day,
    /// A time of day.
    Time,
    /// A decimal of any precision.
    Decimal,
    /// A dictionary of any values.
    Category,
    List,
    Record,
    /// What pandas keeps as objects: text, or values of different types.
    Object,
    /// A type of SQL or Spark, which no column has.
    Foreign,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    Any,
    None,
    Named(String),
}

/// Names of SQL's and Spark's types, which suites for several engines list beside others.
const FOREIGN: [&str; 60] = [
    "ARRAY",
    "BIGINT",
    "BIT",
    "BLOB",
    "BOOL",
    "BOOLEAN",
    "BYTEA",
    "BYTEINT",
    "CHAR",
    "CHARACTER",
    "CLOB",
    "DATE",
    "DATETIME",
    "DATETIME2",
    "DATETIMEOFFSET",
    "DEC",
    "DECIMAL",
    "DOUBLE",
    "DOUBLE_PRECISION",
    "FLOAT",
    "FLOAT4",
    "FLOAT64",
    "FLOAT8",
    "INT",
    "INT64",
    "INTEGER",
    "INTERVAL",
    "JSON",
    "JSONB",
    "LONG",
    "MONEY",
    "NCHAR",
    "NTEXT",
    "NUMERIC",
    "NVARCHAR",
    "REAL",
    "SHORT",
    "SMALLDATETIME",
    "SMALLINT",
    "STRING",
    "STRUCT",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_NTZ",
    "TIMESTAMP_TZ",
    "TINYINT",
    "UUID",
    "VARBINARY",
    "VARCHAR",
    "BinaryType",
    "BooleanType",
    "ByteType",
    "DateType",
    "DecimalType",
    "DoubleType",
    "FloatType",
    "IntegerType",
    "LongType",
    "ShortType",
];
const SPARK: [&str; 6] = ["StringType", "TimestampType", "ArrayType", "MapType", "StructType", "NullType"];

impl TypeName {
    /// `None` if no type has this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let exactly = |data_type| Some(Self::Exactly(data_type));
        match name {
            "int8" | "i1" | "byte" => exactly(DataType::Int8),
            "int16" | "i2" | "short" => exactly(DataType::Int16),
            "int32" | "i4" | "intc" => exactly(DataType::Int32),
            "int64" | "i8" | "int" | "int_" | "intp" | "long" | "longlong" => exactly(DataType::Int64),
            "uint8" | "u1" | "ubyte" => exactly(DataType::UInt8),
            "uint16" | "u2" | "ushort" => exactly(DataType::UInt16),
            "uint32" | "u4" | "uintc" => exactly(DataType::UInt32),
            "uint64" | "u8" | "uint" | "uintp" | "ulong" | "ulonglong" => exactly(DataType::UInt64),
            "float16" | "f2" | "half" => exactly(DataType::Float16),
            "float32" | "f4" | "single" => exactly(DataType::Float32),
            "float64" | "f8" | "float" | "double" => exactly(DataType::Float64),
            "bool" | "bool_" | "boolean" | "?" => exactly(DataType::Boolean),
            "str" | "str_" | "string" | "unicode" | "U" | "StringDtype" | "Text" => Some(Self::Text),
            "object" | "object_" | "O" => Some(Self::Object),
            "bytes" | "bytes_" | "bytearray" | "S" => Some(Self::Bytes),
            "category" | "Categorical" | "CategoricalDtype" | "Dictionary" => Some(Self::Category),
            "datetime" | "datetime64" | "Timestamp" | "M8" => {
                Some(Self::Moment { unit: None, zone: Zone::Any })
            }
            "DatetimeTZDtype" => Some(Self::Moment { unit: None, zone: Zone::Named(String::new()) }),
            "timedelta" | "timedelta64" | "Timedelta" | "m8" | "Duration" => Some(Self::Duration(None)),
            "date" | "Date" => Some(Self::Day),
            "time" | "Time" => Some(Self::Time),
            "Decimal" | "decimal" => Some(Self::Decimal),
            "list" | "List" => Some(Self::List),
            "dict" | "Struct" => Some(Self::Record),
            // Before Arrow's own names, of which some differ by their case alone.
            _ => Self::with_unit(name)
                .or_else(|| name.parse().ok().map(Self::Exactly))
                .or_else(|| (FOREIGN.contains(&name) || SPARK.contains(&name)).then_some(Self::Foreign)),
        }
    }

    /// `datetime64[us]`, `datetime64[ns, UTC]`, `timedelta64[s]`
    fn with_unit(name: &str) -> Option<Self> {
        let (kind, inner) = name.strip_suffix(']')?.split_once('[')?;
        let (unit, zone) = match inner.split_once(',') {
            None => (inner, Zone::None),
            Some((unit, zone)) => (unit, Zone::Named(zone.trim().to_owned())),
        };
        let unit = Some(match unit.trim() {
            "s" => TimeUnit::Second,
            "ms" => TimeUnit::Millisecond,
            "us" => TimeUnit::Microsecond,
            "ns" => TimeUnit::Nanosecond,
            _ => return None,
        });
        match kind {
            "datetime64" | "M8" | "<M8" => Some(Self::Moment { unit, zone }),
            "timedelta64" | "m8" | "<m8" if zone == Zone::None => Some(Self::Duration(unit)),
            _ => None,
        }
    }

    /// Whether a column of this type is meant. If `strict` units count; otherwise they do
    /// not, as for pandas all moments are `datetime64`.
    pub(crate) fn is(&self, data_type: &DataType, strict: bool) -> bool {
        let same_unit =
            |named: Option<TimeUnit>, unit: TimeUnit| !strict || named.is_none_or(|named| named == unit);
        match (self, data_type) {
            (Self::Exactly(named), found) => named == found,
            (Self::Text | Self::Object, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
            | (Self::Object, DataType::Union(_, _))
            | (
                Self::Bytes,
                DataType::Binary
                | DataType::LargeBinary
                | DataType::BinaryView
                | DataType::FixedSizeBinary(_),
            )
            | (Self::Day, DataType::Date32 | DataType::Date64)
            | (Self::Time, DataType::Time32(_) | DataType::Time64(_))
            | (
                Self::Decimal,
                DataType::Decimal32(_, _)
                | DataType::Decimal64(_, _)
                | DataType::Decimal128(_, _)
                | DataType::Decimal256(_, _),
            )
            | (Self::Category, DataType::Dictionary(_, _))
            | (
                Self::List,
                DataType::List(_)
                | DataType::LargeList(_)
                | DataType::FixedSizeList(_, _)
                | DataType::ListView(_)
                | DataType::LargeListView(_),
            )
            | (Self::Record, DataType::Struct(_) | DataType::Map(_, _)) => true,
            (Self::Duration(named), DataType::Duration(unit)) => same_unit(*named, *unit),
            (Self::Moment { unit: named, zone }, DataType::Timestamp(unit, found)) => {
                let same_zone = match (zone, found) {
                    (Zone::Any, _) | (Zone::None, None) => true,
                    (Zone::Named(name), Some(found)) => name.is_empty() || *name == **found,
                    _ => false,
                };
                same_zone && same_unit(*named, *unit)
            }
            _ => false,
        }
    }
}

/// A type as pandas calls it, or as Arrow does if pandas has none like it.
pub(crate) fn type_name(data_type: &DataType, with_unit: bool) -> String {
    let of = |name: &str| name.to_owned();
    match data_type {
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64 => data_type.to_string().to_lowercase(),
        DataType::Boolean => of("bool"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => of("str"),
        DataType::Dictionary(_, _) => of("category"),
        DataType::Union(_, _) => of("object"),
        DataType::Timestamp(_, _) if !with_unit => of("datetime64"),
        DataType::Timestamp(unit, zone) => {
            let unit = match unit {
                TimeUnit::Second => "s",
                TimeUnit::Millisecond => "ms",
                TimeUnit::Microsecond => "us",
                TimeUnit::Nanosecond => "ns",
            };
            match zone {
                None => format!("datetime64[{unit}]"),
                Some(zone) => format!("datetime64[{unit}, {zone}]"),
            }
        }
        other => other.to_string(),
    }
}

/// Values of a column of mixed types are of one of these.
#[derive(Clone, Debug)]
pub(crate) struct OfTypes {
    pub(crate) types: Vec<TypeName>,
}

impl ValueRule for OfTypes {
    fn key(&self) -> String {
        format!("of types {:?}", self.types)
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let is_of = |data_type: &DataType| self.types.iter().any(|one| one.is(data_type, false));
        let DataType::Union(fields, _) = values.data_type() else {
            let broken = !is_of(values.data_type());
            return Ok(BooleanBuffer::collect_bool(values.len(), |_| broken));
        };
        let kinds: Vec<(i8, bool)> =
            fields.iter().map(|(id, field)| (id, is_of(field.data_type()))).collect();
        let union = values.as_union();
        Ok(BooleanBuffer::collect_bool(values.len(), |row| {
            let id = union.type_id(row);
            !kinds.iter().any(|(known, is_of)| *known == id && *is_of)
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// As `numpy.dtype` 2.4 (on 64 bits) and pandas 3.1 resolve them.
    #[test]
    fn every_alias_is_the_type_it_stands_for() {
        for (name, aliases) in [
            ("int8", &["i1", "byte"][..]),
            ("int16", &["i2", "short"]),
            ("int32", &["i4", "intc"]),
            ("int64", &["i8", "int", "int_", "intp", "long", "longlong"]),
            ("uint8", &["u1", "ubyte"]),
            ("uint16", &["u2", "ushort"]),
            ("uint32", &["u4", "uintc"]),
            ("uint64", &["u8", "uint", "uintp", "ulong", "ulonglong"]),
            ("float16", &["f2", "half"]),
            ("float32", &["f4", "single"]),
            ("float64", &["f8", "float", "double"]),
            ("bool", &["bool_", "boolean", "?"]),
            ("str", &["str_", "string", "unicode", "U", "StringDtype"]),
            ("object", &["object_", "O"]),
            ("bytes", &["bytes_", "S"]),
            ("category", &["Categorical", "CategoricalDtype"]),
            ("datetime64", &["datetime", "Timestamp", "M8"]),
            ("timedelta64", &["timedelta", "Timedelta", "m8"]),
            ("datetime64[us]", &["M8[us]", "<M8[us]"]),
            ("timedelta64[ms]", &["m8[ms]", "<m8[ms]"]),
        ] {
            let meant = TypeName::parse(name);
            assert!(meant.is_some(), "{name}");
            for alias in aliases {
                assert_eq!(TypeName::parse(alias), meant, "{alias}");
            }
        }
        for (name, data_type) in [
            ("int8", DataType::Int8),
            ("int16", DataType::Int16),
            ("int32", DataType::Int32),
            ("uint16", DataType::UInt16),
            ("uint32", DataType::UInt32),
            ("uint64", DataType::UInt64),
            ("float16", DataType::Float16),
            ("float32", DataType::Float32),
        ] {
            assert_eq!(TypeName::parse(name), Some(TypeName::Exactly(data_type)), "{name}");
        }
    }

    #[test]
    fn names_of_pandas_and_of_arrow_are_known() {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        let zoned = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
        let words = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let list = DataType::List(Arc::new(arrow_schema::Field::new("item", DataType::Int64, true)));
        for (name, data_type, strictly, loosely) in [
            ("int64", &DataType::Int64, true, true),
            ("int", &DataType::Int64, true, true),
            ("Int64", &DataType::Int64, true, true),
            ("int64", &DataType::Int32, false, false),
            ("float", &DataType::Float64, true, true),
            ("str", &DataType::Utf8View, true, true),
            ("object", &DataType::Utf8, true, true),
            ("Utf8", &DataType::Utf8, true, true),
            ("Utf8", &DataType::LargeUtf8, false, false),
            ("bool", &DataType::Boolean, true, true),
            ("Boolean", &DataType::Boolean, true, true),
            ("category", &words, true, true),
            ("str", &words, false, false),
            ("datetime64", &moment, true, true),
            ("datetime64[us]", &moment, true, true),
            ("datetime64[ns]", &moment, false, true),
            ("datetime64[ns, UTC]", &zoned, true, true),
            ("datetime64[ns]", &zoned, false, false),
            ("date", &DataType::Date32, true, true),
            ("Date32", &DataType::Date64, false, false),
            ("list", &list, true, true),
            ("INTEGER", &DataType::Int64, false, false),
        ] {
            let parsed = TypeName::parse(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(
                (parsed.is(data_type, true), parsed.is(data_type, false)),
                (strictly, loosely),
                "{name}"
            );
        }
        for unknown in ["", "integer64", "Int128", "datetime64[w]", "wolf"] {
            assert_eq!(TypeName::parse(unknown), None, "{unknown}");
        }
        // Whatever is observed can be asked for.
        for data_type in
            [moment, zoned, words, DataType::UInt8, DataType::Float16, DataType::Utf8, DataType::Date32]
        {
            assert!(
                TypeName::parse(&type_name(&data_type, true)).unwrap().is(&data_type, true),
                "{data_type}"
            );
        }
    }
}
