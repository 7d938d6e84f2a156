//! The wire format of protocol buffers, as far as ONNX files need it: fields of a message in, bytes
//! out. No schema; lengths are checked against the bytes that are there before anything is made.

use crate::Unfoldable;

/// One field's value as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Number(u64),
    Word([u8; 4]),
    Bytes(&'a [u8]),
    /// Eight bytes: kept nowhere in these models, so only stepped over.
    Long,
}

/// The fields of one message, in the order of the file.
pub struct Fields<'a> {
    rest: &'a [u8],
}

pub fn fields(bytes: &[u8]) -> Fields<'_> {
    Fields { rest: bytes }
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Unfoldable> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Unfoldable::Broken)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Unfoldable> {
        let (number, rest) = number(self.rest).ok_or(Unfoldable::Broken)?;
        self.rest = rest;
        Ok(number)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), Unfoldable> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => self.take(8).map(|_| Value::Long)?,
            2 => {
                let length = usize::try_from(self.number()?).map_err(|_| Unfoldable::Broken)?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Word(self.take(4)?.try_into().map_err(|_| Unfoldable::Broken)?),
            _ => return Err(Unfoldable::Broken),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Unfoldable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// One variable-length number at the start of the bytes, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        if index == 9 && bits > 1 {
            return None;
        }
        number |= bits << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

/// The numbers of a repeated field: one alone, or many packed together.
pub fn numbers(value: Value<'_>, into: &mut Vec<u64>, most: usize) -> Result<(), Unfoldable> {
    match value {
        Value::Number(one) => into.push(one),
        Value::Bytes(mut packed) => {
            while !packed.is_empty() && into.len() <= most {
                let (one, rest) = number(packed).ok_or(Unfoldable::Broken)?;
                into.push(one);
                packed = rest;
            }
        }
        Value::Word(_) | Value::Long => return Err(Unfoldable::Broken),
    }
    if into.len() > most { Err(Unfoldable::Broken) } else { Ok(()) }
}

pub fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub fn put_field(out: &mut Vec<u8>, field: u64, number: u64) {
    put_number(out, field << 3);
    put_number(out, number);
}

/// Key and length of a field whose bytes follow.
pub fn put_head(out: &mut Vec<u8>, field: u64, length: usize) {
    put_number(out, field << 3 | 2);
    put_number(out, length as u64);
}

pub fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_head(out, field, bytes.len());
    out.extend_from_slice(bytes);
}
