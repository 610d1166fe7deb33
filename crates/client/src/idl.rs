//! The programs' published interfaces, as data: names of errors and the shape of events.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use solana_pubkey::Pubkey;

struct Interface {
    program: Pubkey,
    name: &'static str,
    idl: Value,
}

static INTERFACES: LazyLock<[Interface; 5]> = LazyLock::new(|| {
    let interface = |program, name, text| Interface {
        program,
        name,
        idl: serde_json::from_str(text).expect("the committed interface files are valid JSON"),
    };
    [
        interface(
            registry::ID,
            "registry",
            include_str!("../../../idl/registry.json"),
        ),
        interface(
            staking::ID,
            "staking",
            include_str!("../../../idl/staking.json"),
        ),
        interface(
            rewards::ID,
            "rewards",
            include_str!("../../../idl/rewards.json"),
        ),
        interface(ide::ID, "ide", include_str!("../../../idl/ide.json")),
        interface(
            booking::ID,
            "booking",
            include_str!("../../../idl/booking.json"),
        ),
    ]
});

fn interface(program: &Pubkey) -> Option<&'static Interface> {
    INTERFACES
        .iter()
        .find(|interface| interface.program == *program)
}

fn entries<'a>(idl: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    idl[list].as_array().into_iter().flatten()
}

/// Name of one of the five programs.
pub fn program_name(program: &Pubkey) -> Option<&'static str> {
    interface(program).map(|interface| interface.name)
}

/// Name and message of a program's error code.
pub fn error(program: &Pubkey, code: u32) -> Option<(String, String)> {
    entries(&interface(program)?.idl, "errors")
        .find(|error| error["code"] == json!(code))
        .map(|error| {
            let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
            (text("name"), text("msg"))
        })
}

/// Name of an instruction by the first eight bytes of its data.
pub fn instruction_name(program: &Pubkey, data: &[u8]) -> Option<&'static str> {
    by_discriminator(program, "instructions", data)?["name"].as_str()
}

fn by_discriminator(program: &Pubkey, list: &str, data: &[u8]) -> Option<&'static Value> {
    let discriminator = json!(data.get(..8)?);
    entries(&interface(program)?.idl, list).find(|entry| entry["discriminator"] == discriminator)
}

/// Decodes an event (discriminator and Borsh body) into its name and a JSON object. Integers above
/// 2^53 and all 128-bit ones are strings; keys and byte arrays are base58 and hex.
pub fn event(program: &Pubkey, data: &[u8]) -> Option<(&'static str, Value)> {
    let name = by_discriminator(program, "events", data)?["name"].as_str()?;
    let mut reader = Reader {
        idl: &interface(program)?.idl,
        bytes: data.get(8..)?,
    };
    let value = reader.defined(name)?;
    reader.bytes.is_empty().then_some((name, value))
}

struct Reader<'a> {
    idl: &'a Value,
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, tail) = self.bytes.split_at_checked(count)?;
        self.bytes = tail;
        Some(head)
    }

    fn defined(&mut self, name: &str) -> Option<Value> {
        let idl = self.idl;
        let shape = &entries(idl, "types").find(|shape| shape["name"] == name)?["type"];
        match shape["kind"].as_str()? {
            "struct" => self.fields(&shape["fields"]),
            "enum" => {
                let index = usize::from(*self.take(1)?.first()?);
                let variant = shape["variants"].get(index)?;
                let label = variant["name"].clone();
                match variant.get("fields") {
                    None => Some(label),
                    Some(fields) => Some(json!({ label.as_str()?: self.fields(fields)? })),
                }
            }
            _ => None,
        }
    }

    fn fields(&mut self, fields: &Value) -> Option<Value> {
        let fields = fields.as_array();
        let mut object = Map::new();
        for (index, field) in fields.into_iter().flatten().enumerate() {
            match field["name"].as_str() {
                Some(name) => object.insert(name.to_owned(), self.value(&field["type"])?),
                None => object.insert(index.to_string(), self.value(field)?),
            };
        }
        Some(Value::Object(object))
    }

    fn value(&mut self, shape: &Value) -> Option<Value> {
        if let Some(primitive) = shape.as_str() {
            return self.primitive(primitive);
        }
        if let Some(inner) = shape.get("option") {
            return match self.take(1)?.first()? {
                0 => Some(Value::Null),
                1 => self.value(inner),
                _ => None,
            };
        }
        if let Some(inner) = shape.get("vec") {
            let count = u32::from_le_bytes(self.take(4)?.try_into().ok()?);
            return (0..count)
                .map(|_| self.value(inner))
                .collect::<Option<Vec<_>>>()
                .map(Value::Array);
        }
        if let Some(array) = shape.get("array") {
            let count = usize::try_from(array.get(1)?.as_u64()?).ok()?;
            if array.get(0)? == "u8" {
                let bytes = self.take(count)?;
                return Some(json!(
                    bytes
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect::<String>()
                ));
            }
            let inner = array.get(0)?;
            return (0..count)
                .map(|_| self.value(inner))
                .collect::<Option<Vec<_>>>()
                .map(Value::Array);
        }
        self.defined(shape.get("defined")?["name"].as_str()?)
    }

    fn primitive(&mut self, name: &str) -> Option<Value> {
        macro_rules! int {
            ($ty:ty) => {{
                let bytes = self.take(size_of::<$ty>())?;
                <$ty>::from_le_bytes(bytes.try_into().ok()?)
            }};
        }
        Some(match name {
            "bool" => json!(*self.take(1)?.first()? != 0),
            "u8" => json!(int!(u8)),
            "i8" => json!(int!(i8)),
            "u16" => json!(int!(u16)),
            "i16" => json!(int!(i16)),
            "u32" => json!(int!(u32)),
            "i32" => json!(int!(i32)),
            "u64" => number(i128::from(int!(u64))),
            "i64" => number(i128::from(int!(i64))),
            "u128" => json!(int!(u128).to_string()),
            "i128" => json!(int!(i128).to_string()),
            "pubkey" => json!(Pubkey::new_from_array(self.take(32)?.try_into().ok()?).to_string()),
            "string" => {
                let length = usize::try_from(int!(u32)).ok()?;
                json!(std::str::from_utf8(self.take(length)?).ok()?)
            }
            "bytes" => {
                let length = usize::try_from(int!(u32)).ok()?;
                json!(self.take(length)?)
            }
            _ => return None,
        })
    }
}

fn number(value: i128) -> Value {
    const EXACT: i128 = 1 << 53;
    match i64::try_from(value) {
        Ok(small) if value.abs() <= EXACT => json!(small),
        _ => json!(value.to_string()),
    }
}
