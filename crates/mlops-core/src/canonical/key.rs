//! The names of the members of a map: text, or what has one spelling as text.

use serde::ser::{Error as _, Impossible, Serialize, Serializer};
use serde_json::{Error, Result};

use super::writer::Writer;

/// Writes a name in quotes, and notes it for sorting.
pub(super) struct KeyWriter<'a>(pub(super) &'a mut Writer);

fn no_name() -> Error {
    Error::custom("a key of a map must be text")
}

impl Serializer for KeyWriter<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_str(self, value: &str) -> Result<()> {
        self.0.name(value);
        self.0.text(value)
    }
    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<()> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_bool(self, value: bool) -> Result<()> {
        self.serialize_str(if value { "true" } else { "false" })
    }
    fn serialize_i8(self, value: i8) -> Result<()> {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Result<()> {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<()> {
        self.serialize_i64(value.into())
    }
    fn serialize_i64(self, value: i64) -> Result<()> {
        self.0.spelled(|writer| writer.integer(value))
    }
    fn serialize_i128(self, value: i128) -> Result<()> {
        self.0.spelled(|writer| writer.double(value as f64))
    }
    fn serialize_u8(self, value: u8) -> Result<()> {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Result<()> {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<()> {
        self.serialize_u64(value.into())
    }
    fn serialize_u64(self, value: u64) -> Result<()> {
        self.0.spelled(|writer| writer.unsigned(value))
    }
    fn serialize_u128(self, value: u128) -> Result<()> {
        self.0.spelled(|writer| writer.double(value as f64))
    }
    fn serialize_f32(self, value: f32) -> Result<()> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<()> {
        self.0.spelled(|writer| writer.double(value))
    }
    fn serialize_bytes(self, _value: &[u8]) -> Result<()> {
        Err(no_name())
    }
    fn serialize_none(self) -> Result<()> {
        Err(no_name())
    }
    fn serialize_unit(self) -> Result<()> {
        Err(no_name())
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        Err(no_name())
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<()> {
        Err(no_name())
    }
    fn serialize_seq(self, _length: Option<usize>) -> Result<Self::SerializeSeq> {
        Err(no_name())
    }
    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple> {
        Err(no_name())
    }
    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        Err(no_name())
    }
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(no_name())
    }
    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap> {
        Err(no_name())
    }
    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Self::SerializeStruct> {
        Err(no_name())
    }
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(no_name())
    }
}
