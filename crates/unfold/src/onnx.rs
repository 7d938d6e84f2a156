//! The parts of an ONNX file that matter here, read without copying and written again.
//!
//! What a node's attributes say is kept as the bytes they are. Shapes that the file declares for
//! values in between and for outputs are dropped: they hold for one input size only.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::wire::{Value, fields, numbers, put_bytes, put_field, put_head};
use crate::{MADE_BYTES_MAX, PARTS_MAX, Unfoldable};

/// Element types, by their numbers in ONNX.
pub const FLOAT: u64 = 1;
pub const INT8: u64 = 3;
pub const INT64: u64 = 7;
/// The most axes of a tensor.
const AXES_MAX: usize = 8;

pub struct Model<'a> {
    pub version: u64,
    /// The operator sets, each as the bytes it is.
    pub sets: Vec<&'a [u8]>,
    pub graph: Graph<'a>,
    /// Notes for whoever runs the model, each with its name.
    pub notes: Vec<(&'static str, String)>,
}

#[derive(Default)]
pub struct Graph<'a> {
    pub name: &'a [u8],
    pub nodes: Vec<Node<'a>>,
    pub tensors: Vec<(String, Tensor<'a>)>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
}

#[derive(Clone)]
pub struct Node<'a> {
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub name: &'a [u8],
    pub operator: &'a [u8],
    pub domain: &'a [u8],
    attributes: Vec<&'a [u8]>,
}

/// An input or output of the graph.
pub struct Port {
    pub name: String,
    element: u64,
    /// Nothing where the size is free.
    axes: Vec<Option<u64>>,
}

#[derive(Clone)]
pub struct Tensor<'a> {
    pub axes: Vec<usize>,
    pub element: u64,
    pub data: Data<'a>,
}

#[derive(Clone)]
pub enum Data<'a> {
    /// As in the file, little-endian.
    Raw(&'a [u8]),
    Made(Rc<Vec<f32>>),
}

impl Tensor<'_> {
    pub fn made(axes: Vec<usize>, numbers: Vec<f32>) -> Self {
        Tensor { axes, element: FLOAT, data: Data::Made(Rc::new(numbers)) }
    }

    pub fn len(&self) -> usize {
        self.axes.iter().product()
    }

    /// The numbers as f32, whichever of the two kinds the tensor holds.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>, Unfoldable> {
        match (&self.data, self.element) {
            (Data::Made(numbers), _) => Ok(numbers.to_vec()),
            (Data::Raw(bytes), FLOAT) => Ok(words(bytes).map(f32::from_le_bytes).collect()),
            (Data::Raw(bytes), INT8) => {
                Ok(bytes.iter().map(|byte| f32::from(byte.cast_signed())).collect())
            }
            _ => Err(unsupported(name, "this data type as numbers")),
        }
    }

    /// The numbers of a shape.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, Unfoldable> {
        match (&self.data, self.element) {
            (Data::Raw(bytes), INT64) if bytes.len() <= AXES_MAX * 8 => {
                let (longs, _) = bytes.as_chunks::<8>();
                Ok(longs.iter().map(|long| i64::from_le_bytes(*long)).collect())
            }
            _ => Err(unsupported(name, "this data type as a shape")),
        }
    }

    fn check(&self, name: &str) -> Result<(), Unfoldable> {
        let finite = match &self.data {
            Data::Made(numbers) => numbers.iter().all(|number| number.is_finite()),
            Data::Raw(bytes) if self.element == FLOAT => {
                words(bytes).all(|word| f32::from_le_bytes(word).is_finite())
            }
            Data::Raw(_) => true,
        };
        if finite { Ok(()) } else { Err(Unfoldable::NotFinite { name: name.to_owned() }) }
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    bytes.as_chunks::<4>().0.iter().copied()
}

pub fn unsupported(name: &str, what: &'static str) -> Unfoldable {
    Unfoldable::Unsupported { name: name.to_owned(), what }
}

impl Node<'_> {
    /// What to call the node in a refusal: it is known by what it makes.
    pub fn label(&self) -> String {
        self.outputs.first().cloned().unwrap_or_default()
    }

    /// A number among the attributes: an integer, or the bits of a float.
    fn attribute(&self, wanted: &str) -> Result<Option<Value<'_>>, Unfoldable> {
        for attribute in &self.attributes {
            let (mut name, mut value) = (&b""[..], None);
            for field in fields(attribute) {
                match field? {
                    (1, Value::Bytes(bytes)) => name = bytes,
                    (2 | 3, found) => value = Some(found),
                    _ => {}
                }
            }
            if name == wanted.as_bytes() {
                return Ok(value);
            }
        }
        Ok(None)
    }

    pub fn integer(&self, wanted: &str, usual: u64) -> Result<u64, Unfoldable> {
        match self.attribute(wanted)? {
            None => Ok(usual),
            Some(Value::Number(number)) => Ok(number),
            Some(_) => Err(unsupported(wanted, "an attribute of this kind")),
        }
    }

    /// A list of integers; nothing when there is none of the name.
    pub fn integers(&self, wanted: &str) -> Result<Option<Vec<u64>>, Unfoldable> {
        for attribute in &self.attributes {
            let (mut name, mut list) = (&b""[..], Vec::new());
            for field in fields(attribute) {
                match field? {
                    (1, Value::Bytes(bytes)) => name = bytes,
                    (8, value) => numbers(value, &mut list, AXES_MAX)?,
                    _ => {}
                }
            }
            if name == wanted.as_bytes() {
                return Ok(Some(list));
            }
        }
        Ok(None)
    }

    pub fn float(&self, wanted: &str, usual: f32) -> Result<f32, Unfoldable> {
        match self.attribute(wanted)? {
            None => Ok(usual),
            Some(Value::Word(word)) => Ok(f32::from_le_bytes(word)),
            Some(_) => Err(unsupported(wanted, "an attribute of this kind")),
        }
    }
}

/// Reads a model; every length and shape in it is checked against the bytes that are there.
pub fn read(bytes: &[u8]) -> Result<Model<'_>, Unfoldable> {
    let (sets, notes) = (Vec::new(), Vec::new());
    let mut model = Model { version: 0, sets, graph: Graph::default(), notes };
    let mut graph = None;
    for field in fields(bytes) {
        match field? {
            (1, Value::Number(version)) => model.version = version,
            (7, Value::Bytes(found)) => graph = Some(found),
            (8, Value::Bytes(set)) if model.sets.len() < PARTS_MAX => model.sets.push(set),
            _ => {}
        }
    }
    model.graph = read_graph(graph.ok_or(Unfoldable::Broken)?)?;
    Ok(model)
}

fn read_graph(bytes: &[u8]) -> Result<Graph<'_>, Unfoldable> {
    let mut graph = Graph::default();
    let mut parts = 0;
    for field in fields(bytes) {
        parts += 1;
        match field? {
            (1, Value::Bytes(node)) => graph.nodes.push(read_node(node)?),
            (2, Value::Bytes(name)) => graph.name = name,
            (5, Value::Bytes(tensor)) => graph.tensors.push(read_tensor(tensor)?),
            (11, Value::Bytes(port)) => graph.inputs.push(read_port(port)?),
            (12, Value::Bytes(port)) => graph.outputs.push(read_port(port)?),
            (15, _) => return Err(unsupported("graph", "a sparse tensor")),
            _ => {}
        }
        if parts > 4 * PARTS_MAX {
            return Err(Unfoldable::TooManyParts);
        }
    }
    let most = graph.nodes.len().max(graph.tensors.len());
    if most > PARTS_MAX { Err(Unfoldable::TooManyParts) } else { Ok(graph) }
}

fn text(bytes: &[u8]) -> Result<String, Unfoldable> {
    let name = || Unfoldable::Nameless { name: String::from_utf8_lossy(bytes).into_owned() };
    str::from_utf8(bytes).map(str::to_owned).map_err(|_| name())
}

fn read_node(bytes: &[u8]) -> Result<Node<'_>, Unfoldable> {
    let mut node = Node {
        inputs: Vec::new(),
        outputs: Vec::new(),
        name: b"",
        operator: b"",
        domain: b"",
        attributes: Vec::new(),
    };
    for field in fields(bytes) {
        match field? {
            (1, Value::Bytes(name)) => node.inputs.push(text(name)?),
            (2, Value::Bytes(name)) => node.outputs.push(text(name)?),
            (3, Value::Bytes(name)) => node.name = name,
            (4, Value::Bytes(operator)) => node.operator = operator,
            (5, Value::Bytes(attribute)) => node.attributes.push(attribute),
            (7, Value::Bytes(domain)) => node.domain = domain,
            _ => {}
        }
        // A node of these models has at most six of each.
        if node.inputs.len().max(node.outputs.len()).max(node.attributes.len()) > 64 {
            return Err(Unfoldable::TooManyParts);
        }
    }
    Ok(node)
}

fn read_tensor(bytes: &[u8]) -> Result<(String, Tensor<'_>), Unfoldable> {
    let (mut axes, mut element, mut name, mut raw) = (Vec::new(), 0, String::new(), &b""[..]);
    let (mut floats, mut typed) = (Vec::new(), false);
    for field in fields(bytes) {
        match field? {
            (1, sizes) => numbers(sizes, &mut axes, AXES_MAX)?,
            (2, Value::Number(number)) => element = number,
            (8, Value::Bytes(bytes)) => name = text(bytes)?,
            (9, Value::Bytes(bytes)) => raw = bytes,
            (4, Value::Word(word)) => floats.push(f32::from_le_bytes(word)),
            (4, Value::Bytes(packed)) => floats.extend(words(packed).map(f32::from_le_bytes)),
            (3..=7 | 10 | 11 | 13 | 14, _) => typed = true,
            _ => {}
        }
    }
    if name.is_empty() {
        return Err(Unfoldable::Nameless { name });
    }
    if typed {
        return Err(unsupported(&name, "data in this form"));
    }
    let width = match element {
        FLOAT => 4,
        INT8 => 1,
        INT64 => 8,
        _ => return Err(unsupported(&name, "its data type")),
    };
    let shape = || Unfoldable::Shape { name: name.clone() };
    let mut bytes_said = width;
    let mut sizes = Vec::with_capacity(axes.len());
    for axis in axes {
        let axis = usize::try_from(axis).map_err(|_| shape())?;
        bytes_said = axis.checked_mul(bytes_said).ok_or_else(shape)?;
        sizes.push(axis);
    }
    let data = if raw.is_empty() && element == FLOAT {
        Data::Made(Rc::new(floats))
    } else {
        Data::Raw(raw)
    };
    if bytes_said != data_bytes(&data) {
        return Err(shape());
    }
    Ok((name, Tensor { axes: sizes, element, data }))
}

fn read_port(bytes: &[u8]) -> Result<Port, Unfoldable> {
    let mut port = Port { name: String::new(), element: 0, axes: Vec::new() };
    // ValueInfo.type -> Type.tensor_type -> (element, shape) -> dim -> value
    for field in fields(bytes) {
        match field? {
            (1, Value::Bytes(name)) => port.name = text(name)?,
            (2, Value::Bytes(kind)) => {
                for field in fields(kind) {
                    if let (1, Value::Bytes(tensor)) = field? {
                        read_port_type(tensor, &mut port)?;
                    }
                }
            }
            _ => {}
        }
    }
    if port.name.is_empty() { Err(Unfoldable::Nameless { name: port.name }) } else { Ok(port) }
}

fn read_port_type(tensor: &[u8], port: &mut Port) -> Result<(), Unfoldable> {
    for field in fields(tensor) {
        match field? {
            (1, Value::Number(element)) => port.element = element,
            (2, Value::Bytes(shape)) => {
                for field in fields(shape) {
                    if let (1, Value::Bytes(axis)) = field? {
                        let mut size = None;
                        for field in fields(axis) {
                            if let (1, Value::Number(number)) = field? {
                                size = Some(number);
                            }
                        }
                        port.axes.push(size);
                    }
                    if port.axes.len() > AXES_MAX {
                        return Err(Unfoldable::Shape { name: port.name.clone() });
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A message to be written: what stands before the numbers, and the numbers.
struct Piece<'a> {
    head: Vec<u8>,
    numbers: Option<&'a Data<'a>>,
}

impl Piece<'_> {
    fn len(&self) -> usize {
        self.head.len() + self.numbers.map_or(0, data_bytes)
    }
}

fn data_bytes(data: &Data<'_>) -> usize {
    match data {
        Data::Raw(bytes) => bytes.len(),
        Data::Made(numbers) => numbers.len() * 4,
    }
}

/// The model as bytes. Everything has a fixed order, so that equal models are equal bytes.
pub fn write(model: &Model<'_>, free: &BTreeSet<usize>) -> Result<Vec<u8>, Unfoldable> {
    let graph = &model.graph;
    let mut pieces = Vec::new();
    for node in &graph.nodes {
        pieces.push((1, Piece { head: node_bytes(node), numbers: None }));
    }
    let mut name = Vec::new();
    put_bytes(&mut name, 2, graph.name);
    for (name, tensor) in &graph.tensors {
        tensor.check(name)?;
        pieces.push((5, tensor_piece(name, tensor)));
    }
    for port in &graph.inputs {
        pieces.push((11, Piece { head: port_bytes(port, Some(free)), numbers: None }));
    }
    for port in &graph.outputs {
        pieces.push((12, Piece { head: port_bytes(port, None), numbers: None }));
    }
    let mut body = name.len();
    for (field, piece) in &pieces {
        let mut head = Vec::new();
        put_head(&mut head, *field, piece.len());
        body += head.len() + piece.len();
    }
    if body > MADE_BYTES_MAX {
        return Err(Unfoldable::TooMuch);
    }
    let mut out = Vec::with_capacity(body + 1024);
    put_field(&mut out, 1, model.version);
    put_head(&mut out, 7, body);
    out.extend_from_slice(&name);
    for (field, piece) in &pieces {
        put_head(&mut out, *field, piece.len());
        out.extend_from_slice(&piece.head);
        match piece.numbers {
            None => {}
            Some(Data::Raw(bytes)) => out.extend_from_slice(bytes),
            Some(Data::Made(numbers)) => {
                out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            }
        }
    }
    for set in &model.sets {
        put_bytes(&mut out, 8, set);
    }
    for (name, text) in &model.notes {
        let mut note = Vec::new();
        put_bytes(&mut note, 1, name.as_bytes());
        put_bytes(&mut note, 2, text.as_bytes());
        put_bytes(&mut out, 14, &note);
    }
    Ok(out)
}

fn node_bytes(node: &Node<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    node.inputs.iter().for_each(|name| put_bytes(&mut out, 1, name.as_bytes()));
    node.outputs.iter().for_each(|name| put_bytes(&mut out, 2, name.as_bytes()));
    for (field, bytes) in [(3, node.name), (4, node.operator), (7, node.domain)] {
        if !bytes.is_empty() {
            put_bytes(&mut out, field, bytes);
        }
    }
    node.attributes.iter().for_each(|attribute| put_bytes(&mut out, 5, attribute));
    out
}

fn tensor_piece<'a>(name: &str, tensor: &'a Tensor<'a>) -> Piece<'a> {
    let mut head = Vec::new();
    tensor.axes.iter().for_each(|axis| put_field(&mut head, 1, *axis as u64));
    put_field(&mut head, 2, tensor.element);
    put_bytes(&mut head, 8, name.as_bytes());
    put_head(&mut head, 9, data_bytes(&tensor.data));
    Piece { head, numbers: Some(&tensor.data) }
}

/// An input keeps its shape with `free` axes as names; an output says its element type alone.
fn port_bytes(port: &Port, free: Option<&BTreeSet<usize>>) -> Vec<u8> {
    let mut tensor = Vec::new();
    put_field(&mut tensor, 1, port.element);
    if let Some(free) = free {
        let mut shape = Vec::new();
        for (index, size) in port.axes.iter().enumerate() {
            let mut axis = Vec::new();
            match size {
                Some(size) if !free.contains(&index) => put_field(&mut axis, 1, *size),
                _ => put_bytes(&mut axis, 2, format!("axis_{index}").as_bytes()),
            }
            put_bytes(&mut shape, 1, &axis);
        }
        put_bytes(&mut tensor, 2, &shape);
    }
    let mut kind = Vec::new();
    put_bytes(&mut kind, 1, &tensor);
    let mut out = Vec::new();
    put_bytes(&mut out, 1, port.name.as_bytes());
    put_bytes(&mut out, 2, &kind);
    out
}
