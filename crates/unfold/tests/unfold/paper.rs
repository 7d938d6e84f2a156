//! Small ONNX files for the tests: written field by field, and read back as far as a test looks.

use std::collections::BTreeMap;

#[derive(Clone, Copy)]
pub enum Attribute {
    Integer(&'static str, u64),
    Float(&'static str, f32),
    List(&'static str, [u64; 4]),
}

#[derive(Default)]
pub struct Paper {
    tensors: BTreeMap<String, Vec<u8>>,
    nodes: Vec<(Vec<u8>, Vec<Attribute>)>,
    ports: Vec<(u64, Vec<u8>)>,
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn count(out: &mut Vec<u8>, field: u64, value: u64) {
    number(out, field << 3);
    number(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    number(out, field << 3 | 2);
    number(out, value.len() as u64);
    out.extend_from_slice(value);
}

impl Paper {
    fn tensor(&mut self, name: &str, axes: &[u64], element: u64, raw: &[u8]) -> &mut Self {
        let mut out = Vec::new();
        axes.iter().for_each(|axis| count(&mut out, 1, *axis));
        count(&mut out, 2, element);
        bytes(&mut out, 8, name.as_bytes());
        bytes(&mut out, 9, raw);
        self.tensors.insert(name.to_owned(), out);
        self
    }

    pub fn float(&mut self, name: &str, axes: &[u64], numbers: &[f32]) -> &mut Self {
        let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.tensor(name, axes, 1, &raw)
    }

    pub fn int8(&mut self, name: &str, axes: &[u64], numbers: &[i8]) -> &mut Self {
        let raw: Vec<u8> = numbers.iter().map(|number| number.cast_unsigned()).collect();
        self.tensor(name, axes, 3, &raw)
    }

    pub fn int64(&mut self, name: &str, numbers: &[i64]) -> &mut Self {
        let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.tensor(name, &[numbers.len() as u64], 7, &raw)
    }

    /// A tensor of floats that says `axes` and has `length` bytes.
    pub fn lying(&mut self, name: &str, axes: &[u64], length: usize) -> &mut Self {
        self.tensor(name, axes, 1, &vec![0; length])
    }

    fn port(&mut self, field: u64, name: &str, axes: &[u64]) -> &mut Self {
        let (mut shape, mut tensor, mut kind, mut out) = (vec![], vec![], vec![], vec![]);
        for axis in axes {
            let mut size = Vec::new();
            count(&mut size, 1, *axis);
            bytes(&mut shape, 1, &size);
        }
        count(&mut tensor, 1, 1);
        bytes(&mut tensor, 2, &shape);
        bytes(&mut kind, 1, &tensor);
        bytes(&mut out, 1, name.as_bytes());
        bytes(&mut out, 2, &kind);
        self.ports.push((field, out));
        self
    }

    pub fn input(&mut self, name: &str, axes: &[u64]) -> &mut Self {
        self.port(11, name, axes)
    }

    pub fn output(&mut self, name: &str) -> &mut Self {
        self.port(12, name, &[1])
    }

    pub fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        outputs: &[&str],
        attributes: &[Attribute],
    ) -> &mut Self {
        let mut out = Vec::new();
        inputs.iter().for_each(|name| bytes(&mut out, 1, name.as_bytes()));
        outputs.iter().for_each(|name| bytes(&mut out, 2, name.as_bytes()));
        bytes(&mut out, 4, operator.as_bytes());
        self.nodes.push((out, attributes.to_vec()));
        self
    }

    /// Puts an attribute before those of a node, so that it is the one found.
    pub fn attribute(&mut self, node: usize, attribute: Attribute) {
        self.nodes[node].1.insert(0, attribute);
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut graph = Vec::new();
        for (node, attributes) in &self.nodes {
            let mut node = node.clone();
            for attribute in attributes {
                let mut out = Vec::new();
                match attribute {
                    Attribute::Integer(name, value) => {
                        bytes(&mut out, 1, name.as_bytes());
                        count(&mut out, 3, *value);
                    }
                    Attribute::List(name, values) => {
                        bytes(&mut out, 1, name.as_bytes());
                        values.iter().for_each(|value| count(&mut out, 8, *value));
                    }
                    Attribute::Float(name, value) => {
                        bytes(&mut out, 1, name.as_bytes());
                        number(&mut out, 2 << 3 | 5);
                        out.extend(value.to_le_bytes());
                    }
                }
                bytes(&mut node, 5, &out);
            }
            bytes(&mut graph, 1, &node);
        }
        self.tensors.values().for_each(|tensor| bytes(&mut graph, 5, tensor));
        self.ports.iter().for_each(|(field, port)| bytes(&mut graph, *field, port));
        let (mut model, mut set) = (Vec::new(), Vec::new());
        count(&mut set, 2, 21);
        count(&mut model, 1, 8);
        bytes(&mut model, 7, &graph);
        bytes(&mut model, 8, &set);
        model
    }

    pub fn read(file: &[u8]) -> Read {
        let file = fields(file);
        let part = |number| file.iter().find(|(field, _)| *field == number).map(|(_, v)| v);
        let graph = part(7).unwrap();
        let note = fields(part(14).unwrap()).pop().map(|(_, text)| text_of(&text));
        let note = note.unwrap_or_default();
        let mut read = Read { nodes: vec![], tensors: vec![], text: text_of(graph), note };
        for (field, value) in fields(graph) {
            match field {
                1 => read.nodes.push(fields(&value)),
                5 => read.tensors.push(fields(&value)),
                _ => {}
            }
        }
        read
    }
}

type Fields = Vec<(u64, Vec<u8>)>;

/// What a test looks at in a written file.
pub struct Read {
    nodes: Vec<Fields>,
    tensors: Vec<Fields>,
    text: String,
    pub note: String,
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn take(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            break;
        }
    }
    value
}

/// The fields of a message; numbers as eight bytes.
fn fields(mut rest: &[u8]) -> Fields {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let key = take(&mut rest);
        let value = match key & 7 {
            0 => take(&mut rest).to_le_bytes().to_vec(),
            kind => {
                let length = if kind == 5 { 4 } else { take(&mut rest) as usize };
                let (value, after) = rest.split_at(length);
                rest = after;
                value.to_vec()
            }
        };
        found.push((key >> 3, value));
    }
    found
}

impl Read {
    pub fn operators(&self) -> Vec<String> {
        let of =
            |node: &Fields| node.iter().find(|(field, _)| *field == 4).map(|(_, v)| text_of(v));
        self.nodes.iter().filter_map(of).collect()
    }

    /// Inputs and outputs of each node.
    pub fn wires(&self) -> Vec<Vec<String>> {
        let names = |node: &Fields| {
            node.iter().filter(|(field, _)| *field <= 2).map(|(_, name)| text_of(name)).collect()
        };
        self.nodes.iter().map(names).collect()
    }

    pub fn names(&self) -> Vec<String> {
        let of = |tensor: &Fields| {
            tensor.iter().find(|(field, _)| *field == 8).map(|(_, name)| text_of(name))
        };
        self.tensors.iter().filter_map(of).collect()
    }

    pub fn float_of(&self, name: &str) -> (Vec<u64>, Vec<f32>) {
        let at = self.names().iter().position(|found| found == name).unwrap();
        let number = |bytes: &Vec<u8>| u64::from_le_bytes(bytes[..8].try_into().unwrap());
        let (mut axes, mut numbers) = (Vec::new(), Vec::new());
        for (field, value) in &self.tensors[at] {
            match field {
                1 => axes.push(number(value)),
                9 => numbers.extend(
                    value.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())),
                ),
                _ => {}
            }
        }
        (axes, numbers)
    }

    /// Everything in the graph as text.
    pub fn text(&self) -> String {
        self.text.clone()
    }
}
