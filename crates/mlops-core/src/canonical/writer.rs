//! A serializer that writes canonical JSON into one buffer.
//!
//! Every change of a registry is written so, and every entry of its log: the pass makes no
//! tree of the document, and nothing is allocated for a member of an object.

use std::cmp::Ordering;
use std::ops::Range;

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Result};

use super::key;

/// The canonical text.
pub(super) fn write<T: Serialize + ?Sized>(document: &T) -> Result<String> {
    let mut writer = Writer::default();
    document.serialize(&mut writer)?;
    String::from_utf8(writer.out).map_err(Error::custom)
}

/// Integers of at most this size are the same number as a double.
const EXACT: u64 = 1 << 53;

#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
    /// The members of the objects that are open, innermost last.
    members: Vec<Member>,
    /// The names of those members, as they are sorted: without escapes.
    names: String,
    scratch: Vec<u8>,
}

/// A member of an object: where its name and where `"name":value` is.
#[derive(Clone)]
struct Member {
    name: Range<usize>,
    text: Range<usize>,
}

impl Writer {
    pub(super) fn text(&mut self, text: &str) -> Result<()> {
        serde_json::to_writer(&mut self.out, text)
    }

    pub(super) fn double(&mut self, number: f64) -> Result<()> {
        if !number.is_finite() {
            return Err(Error::custom(format!("JSON has no number {number}")));
        }
        self.out.extend_from_slice(ryu_js::Buffer::new().format_finite(number).as_bytes());
        Ok(())
    }

    pub(super) fn integer(&mut self, number: i64) -> Result<()> {
        if number.unsigned_abs() <= EXACT {
            serde_json::to_writer(&mut self.out, &number)
        } else {
            self.double(number as f64)
        }
    }

    pub(super) fn unsigned(&mut self, number: u64) -> Result<()> {
        if number <= EXACT {
            serde_json::to_writer(&mut self.out, &number)
        } else {
            self.double(number as f64)
        }
    }

    /// The name of the member that was just begun, for sorting.
    pub(super) fn name(&mut self, name: &str) {
        self.names.push_str(name);
    }

    /// A name that is not written as text but in quotes, such as a number.
    pub(super) fn spelled(&mut self, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.out.push(b'"');
        let from = self.out.len();
        write(self)?;
        self.names.push_str(&String::from_utf8_lossy(&self.out[from..]));
        self.out.push(b'"');
        Ok(())
    }

    fn object(&mut self) -> Object<'_> {
        self.out.push(b'{');
        Object {
            first: self.members.len(),
            start: self.out.len(),
            names: self.names.len(),
            is_sorted: true,
            closing: "}",
            writer: self,
        }
    }

    fn list(&mut self, closing: &'static str) -> List<'_> {
        self.out.push(b'[');
        List { writer: self, is_empty: true, closing }
    }

    /// `{"variant":` of an enum that holds something.
    fn variant(&mut self, name: &str) -> Result<()> {
        self.out.push(b'{');
        self.text(name)?;
        self.out.push(b':');
        Ok(())
    }
}

/// By UTF-16 code units, as RFC 8785 sorts.
fn order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Result<()> {
        self.integer(value.into())
    }
    fn serialize_i16(self, value: i16) -> Result<()> {
        self.integer(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<()> {
        self.integer(value.into())
    }
    fn serialize_i64(self, value: i64) -> Result<()> {
        self.integer(value)
    }
    fn serialize_i128(self, value: i128) -> Result<()> {
        self.double(value as f64)
    }
    fn serialize_u8(self, value: u8) -> Result<()> {
        self.unsigned(value.into())
    }
    fn serialize_u16(self, value: u16) -> Result<()> {
        self.unsigned(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<()> {
        self.unsigned(value.into())
    }
    fn serialize_u64(self, value: u64) -> Result<()> {
        self.unsigned(value)
    }
    fn serialize_u128(self, value: u128) -> Result<()> {
        self.double(value as f64)
    }
    fn serialize_f32(self, value: f32) -> Result<()> {
        self.double(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<()> {
        self.double(value)
    }
    fn serialize_char(self, value: char) -> Result<()> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<()> {
        self.text(value)
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<()> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<()> {
        self.text(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }
    fn serialize_seq(self, _length: Option<usize>) -> Result<List<'a>> {
        Ok(self.list("]"))
    }
    fn serialize_tuple(self, _length: usize) -> Result<List<'a>> {
        Ok(self.list("]"))
    }
    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<List<'a>> {
        Ok(self.list("]"))
    }
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<List<'a>> {
        self.variant(variant)?;
        Ok(self.list("]}"))
    }
    fn serialize_map(self, _length: Option<usize>) -> Result<Object<'a>> {
        Ok(self.object())
    }
    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Object<'a>> {
        Ok(self.object())
    }
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Object<'a>> {
        self.variant(variant)?;
        Ok(Object { closing: "}}", ..self.object() })
    }
}

pub(super) struct List<'a> {
    writer: &'a mut Writer,
    is_empty: bool,
    closing: &'static str,
}

impl List<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.writer.out.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.out.extend_from_slice(self.closing.as_bytes());
    }
}

/// The traits of serde that all mean a list.
macro_rules! lists {
    ($($of:ident $method:ident),*) => {$(
        impl $of for List<'_> {
            type Ok = ();
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }
            fn end(self) -> Result<()> {
                self.close();
                Ok(())
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

pub(super) struct Object<'a> {
    writer: &'a mut Writer,
    /// The first of its members.
    first: usize,
    /// Where its text starts, behind the brace.
    start: usize,
    /// Where the names of its members start.
    names: usize,
    is_sorted: bool,
    closing: &'static str,
}

impl Object<'_> {
    /// Writes the name of a member, as `write` does.
    fn open(&mut self, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<()> {
        let Self { writer, first, .. } = self;
        if writer.members.len() > *first {
            writer.out.push(b',');
        }
        let (name, text) = (writer.names.len(), writer.out.len());
        write(writer)?;
        writer.out.push(b':');
        let name = name..writer.names.len();
        if let Some(before) = writer.members[*first..].last() {
            let in_order = order(&writer.names[before.name.clone()], &writer.names[name.clone()]);
            self.is_sorted &= in_order.is_lt();
        }
        writer.members.push(Member { name, text: text..text });
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(&mut *self.writer)?;
        let end = self.writer.out.len();
        if let Some(member) = self.writer.members.last_mut() {
            member.text.end = end;
        }
        Ok(())
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.open(|writer| {
            writer.name(name);
            writer.text(name)
        })?;
        self.value(value)
    }

    fn close(self) -> Result<()> {
        let Self { writer, first, start, names, is_sorted, closing } = self;
        if !is_sorted {
            writer.sort(first, start)?;
        }
        writer.members.truncate(first);
        writer.names.truncate(names);
        writer.out.extend_from_slice(closing.as_bytes());
        Ok(())
    }
}

impl Writer {
    /// Puts the members from `first` on, whose text starts at `start`, in order.
    fn sort(&mut self, first: usize, start: usize) -> Result<()> {
        let Self { out, members, names, scratch } = self;
        let members = &mut members[first..];
        members.sort_by(|a, b| order(&names[a.name.clone()], &names[b.name.clone()]));
        for pair in members.windows(2) {
            if names[pair[0].name.clone()] == names[pair[1].name.clone()] {
                return Err(Error::custom(format!("{:?} is there twice", &names[pair[0].name.clone()])));
            }
        }
        scratch.clear();
        for member in members.iter() {
            if !scratch.is_empty() {
                scratch.push(b',');
            }
            scratch.extend_from_slice(&out[member.text.clone()]);
        }
        out.truncate(start);
        out.append(scratch);
        Ok(())
    }
}

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.open(|writer| key.serialize(key::KeyWriter(writer)))
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.value(value)
    }
    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.member(name, value)
    }
    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeStructVariant for Object<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.member(name, value)
    }
    fn end(self) -> Result<()> {
        self.close()
    }
}
