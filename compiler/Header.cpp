//===- Header.cpp - The C header beside a compiled kernel ----------------------===//
#include "compiler/Header.h"

#include <cmath>
#include <limits>
#include <set>
#include <sstream>

namespace gaze {
namespace {

/// A C string literal; what is not plain ASCII goes as octal escapes, which cannot
/// run into what follows.
std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte >= 0x20 && byte < 0x7f && c != '?') {
      result += c;
    } else {
      for (const int shift : {6, 3, 0})
        result +=
            shift == 6 ? "\\" + std::to_string(byte >> 6) : std::to_string((byte >> shift) & 7);
    }
  }
  return result + "\"";
}

/// What may stand in a C comment.
std::string commented(std::string text) {
  for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/", at))
    text.insert(at + 1, " ");
  return text;
}

std::string typeName(gaze_type type) {
  return type == GAZE_INT ? "int" : type == GAZE_FLOAT ? "float" : "bool";
}

std::string enumerator(gaze_type type) {
  return type == GAZE_INT ? "GAZE_INT" : type == GAZE_FLOAT ? "GAZE_FLOAT" : "GAZE_BOOL";
}

std::string typeName(gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT16    ? "float16"
         : element == GAZE_ELEMENT_BFLOAT16 ? "bfloat16"
                                            : "float32";
}

std::string enumerator(gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT16    ? "GAZE_ELEMENT_FLOAT16"
         : element == GAZE_ELEMENT_BFLOAT16 ? "GAZE_ELEMENT_BFLOAT16"
                                            : "GAZE_ELEMENT_FLOAT32";
}

/// The initialiser of a gaze_value: its first member is the integer, so a float is
/// given as its bit pattern, which C and C++17 both can write.
std::string valueInitialiser(const gaze_parameter &parameter) {
  const std::int64_t bits = parameter.default_value.integer;
  return bits == std::numeric_limits<std::int64_t>::min()
             ? "{INT64_MIN}"
             : "{INT64_C(" + std::to_string(bits) + ")}";
}

std::string defaultText(const gaze_parameter &parameter) {
  if (!parameter.has_default)
    return "no default";
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  if (parameter.type == GAZE_FLOAT)
    text << parameter.default_value.real;
  else
    text << parameter.default_value.integer;
  return "default " + text.str();
}

void parameterTables(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  if (table.parameter_count > 0) {
    out << "static const gaze_parameter " << name << "_parameters[] = {\n";
    for (int i = 0; i < table.parameter_count; ++i) {
      const gaze_parameter &parameter = table.parameters[i];
      out << "    {" << quoted(parameter.name) << ", " << enumerator(parameter.type) << ", "
          << parameter.has_default << ", " << valueInitialiser(parameter) << "}, /* "
          << defaultText(parameter) << " */\n";
    }
    out << "};\n\n";
  }
  if (table.requirement_count > 0) {
    out << "static const gaze_requirement " << name << "_requirements[] = {\n";
    for (int i = 0; i < table.requirement_count; ++i)
      out << "    {" << quoted(table.requirements[i].message) << ",\n     "
          << quoted(table.requirements[i].place) << "},\n";
    out << "};\n\n";
  }
}

void inputTables(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  if (table.input_count > 0) {
    out << "static const gaze_input " << name << "_inputs[] = {\n";
    for (int i = 0; i < table.input_count; ++i) {
      const gaze_input &input = table.inputs[i];
      out << "    {" << quoted(input.name) << ", " << enumerator(input.type) << ", " << input.rank
          << ", " << quoted(input.axes) << "},\n";
    }
    out << "};\n\n";
  }
  if (table.site_count > 0) {
    out << "static const gaze_site " << name << "_sites[] = {\n";
    for (int i = 0; i < table.site_count; ++i)
      out << "    {" << table.sites[i].input << ", " << table.sites[i].axis << ", "
          << quoted(table.sites[i].place) << "},\n";
    out << "};\n\n";
  }
}

const char *enumerator(gaze_select_by by) {
  return by == GAZE_SELECT_MEAN     ? "GAZE_SELECT_MEAN"
         : by == GAZE_SELECT_MINMAX ? "GAZE_SELECT_MINMAX"
                                    : "GAZE_SELECT_FIRST";
}

void selectionTable(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  if (table.selection_count == 0)
    return;
  out << "static const gaze_select_by " << name << "_selections[] = {";
  for (int i = 0; i < table.selection_count; ++i)
    out << (i > 0 ? ", " : "") << enumerator(table.selections[i]);
  out << "};\n\n";
}

/// The functions of a kernel that selects blocks.
void selectionDeclarations(std::ostream &out, const std::string &name) {
  const std::string buffer = "struct halide_buffer_t *";
  const std::string inputs = buffer + "uniforms, " + buffer + "ints,\n    " + buffer + "floats, " +
                             buffer + "bools,\n    ";
  out << "int " << name << "_selection_sizes(" << buffer << "uniforms, " << buffer << "sizes);\n"
      << "int " << name << "_classify_candidates(" << inputs << buffer << "zones, " << buffer
      << "rectangles,\n    " << buffer << "verdicts);\n"
      << "int " << name << "_mask_candidates(" << inputs
      << "int64_t q_first, int64_t k_first, int64_t head, int64_t batch,\n    " << buffer
      << "kept);\n";
  for (const char *of : {"means", "extremes"})
    out << "int " << name << "_block_" << of << "(" << buffer
        << "rows, int32_t keys, int32_t block,\n    " << buffer << of << ");\n";
  for (const char *of : {"mean", "extreme"})
    out << "int " << name << "_" << of << "_scores(" << buffer << "queries,\n    " << buffer
        << "summaries, " << buffer << "scores);\n";
}

std::string enumerator(gaze_order order) {
  return order == GAZE_ORDER_CONGRUENT ? "GAZE_ORDER_CONGRUENT"
         : order == GAZE_ORDER_COLUMNS ? "GAZE_ORDER_COLUMNS"
                                       : "GAZE_ORDER_TILES";
}

/// The functions of the parts, and the table of them.
void partTables(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  if (table.part_count == 0)
    return;
  const std::string buffer = "struct halide_buffer_t *";
  std::ostringstream entries;
  for (int i = 0; i < table.part_count; ++i) {
    const gaze_order order = table.parts[i].order;
    const bool inTiles = order == GAZE_ORDER_TILES;
    const std::string number = std::to_string(i);
    const std::string selects = name + "_selects_" + number;
    const std::string classify = name + "_classify_" + number;
    const std::string accumulate = name + "_accumulate_" + number;
    const std::string inputs = "(" + buffer + "uniforms, " + buffer + "ints,\n    " + buffer +
                               "floats, " + buffer + "bools,\n    ";
    if (!inTiles)
      out << "int " << selects << inputs << "int64_t head, int64_t batch, " << buffer
          << "selected);\n";
    out << "int " << classify << inputs << buffer << "zones, " << buffer << "rectangles,\n    "
        << buffer << "verdicts);\n";
    out << "int " << accumulate << inputs << buffer << "q, " << buffer << "k, " << buffer
        << "v,\n    " << buffer << "tiles, int32_t full, int32_t count,\n"
        << "    int64_t q_first, int64_t head, int64_t batch,\n    " << buffer << "state_in, ";
    if (!inTiles)
      out << buffer << "keys, int64_t q_step,\n    ";
    out << buffer << "state_out);\n";
    entries << "    {" << enumerator(order) << ", " << (inTiles ? "NULL" : selects) << ", "
            << classify << ",\n     " << (inTiles ? accumulate : "NULL") << ", "
            << (inTiles ? "NULL" : accumulate) << "},\n";
  }
  out << "int " << name << "_save_rows(" << buffer << "state, " << buffer << "rows);\n"
      << "int " << name << "_merge_rows(" << buffer << "rows, " << buffer << "state_in,\n    "
      << buffer << "state_out);\n\nstatic const gaze_part " << name << "_parts[] = {\n"
      << entries.str() << "};\n\n";
}

/// The functions that the object holds.
void declarations(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  const std::string buffer = "struct halide_buffer_t *";
  const std::string inputs = buffer + "uniforms, " + buffer + "ints,\n    " + buffer + "floats, " +
                             buffer + "bools,\n    ";
  const std::string pairs = "int64_t q_first, int64_t k_first, int64_t head, int64_t batch,\n    ";
  if (table.requirement_count > 0)
    out << "int " << name << "_require(" << buffer << "uniforms, " << buffer << "holds);\n";
  if (table.input_count > 0)
    out << "int " << name << "_sizes(" << buffer << "uniforms, " << buffer << "sizes);\n";
  if (table.site_count > 0)
    out << "int " << name << "_faults(" << inputs << pairs << buffer << "faults);\n";
  const std::string lists = buffer + "q, " + buffer + "k, " + buffer + "v,\n    " + buffer +
                            "tiles, int32_t full, int32_t count,\n" +
                            "    int64_t q_first, int64_t head, int64_t batch,\n    " + buffer +
                            "state_in, " + buffer + "state_out);\n";
  const std::string finish = buffer + "state, " + buffer + "out,\n    " + buffer + "lse);\n";
  if (table.selection_count > 0)
    selectionDeclarations(out, name);
  out << "int " << name << "_classify(" << inputs << buffer << "zones, " << buffer
      << "rectangles,\n    " << buffer << "verdicts);\n"
      << "int " << name << "_mask(" << inputs << pairs << buffer << "kept);\n"
      << "int " << name << "_accumulate(" << inputs << lists << "int " << name << "_finish("
      << finish << "int " << name << "_accumulate_rows(" << inputs << lists << "int " << name
      << "_finish_rows(" << finish << "\n";
}

/// The initialiser of the gaze_kernel, member by member.
void kernelTable(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  const auto only = [&](int count, const char *suffix) {
    return count > 0 ? name + suffix : std::string("NULL");
  };
  out << "static const gaze_kernel " << name << " = {\n    " << table.abi_version << ", "
      << "(uint32_t)sizeof(gaze_kernel), " << quoted(table.name) << ",\n    "
      << quoted(table.target) << ",\n    " << enumerator(table.element) << ", " << table.head_dim
      << ", " << table.value_dim << ", /* element, head_dim, value_dim */\n    " << table.tile_q
      << ", " << table.tile_k << ", " << table.edge_k << ", " << table.chunk_tiles << ", "
      << table.max_rows << ", /* tile_q, tile_k, edge_k, chunk_tiles, max_rows */\n    "
      << table.reads_head << ", " << table.reads_batch << ", " << table.faults_read_head << ", "
      << table.faults_read_batch << ", " << table.candidates_read_head << ", "
      << table.candidates_read_batch
      << ", /* reads_*, faults_read_*, candidates_read_* */\n    INT64_C(" << table.scratch_bytes
      << "), /* scratch_bytes */\n    " << table.parameter_count << ", " << table.requirement_count
      << ", " << table.input_count << ", " << table.site_count << ", " << table.part_count << ", "
      << table.selection_count
      << ", /* parameters, requirements, inputs, sites, parts, selections */\n    "
      << only(table.parameter_count, "_parameters") << ", "
      << only(table.requirement_count, "_requirements") << ",\n    "
      << only(table.input_count, "_inputs") << ", " << only(table.site_count, "_sites") << ",\n    "
      << only(table.part_count, "_parts") << ", " << only(table.selection_count, "_selections")
      << ",\n    " << only(table.requirement_count, "_require") << ", "
      << only(table.input_count, "_sizes") << ", " << name << "_classify,\n    " << name
      << "_mask, " << only(table.site_count, "_faults") << ",\n    " << name << "_accumulate, "
      << name << "_finish,\n    " << name << "_accumulate_rows, " << name << "_finish_rows,\n    "
      << only(table.part_count, "_save_rows") << ", " << only(table.part_count, "_merge_rows");
  for (const char *function :
       {"_selection_sizes", "_classify_candidates", "_mask_candidates", "_block_means",
        "_block_extremes", "_mean_scores", "_extreme_scores"})
    out << ",\n    " << only(table.selection_count, function);
  out << "};\n\n";
}

/// Three lines for C++, with the kernel's own parameters and inputs.
void usageInCpp(std::ostream &out, const gaze_kernel &table, const std::string &name) {
  std::string values, inputs;
  for (int i = 0; i < table.parameter_count; ++i)
    values += (i > 0 ? ", " : "") + std::string(table.parameters[i].name);
  for (int i = 0; i < table.input_count; ++i)
    inputs += (i > 0 ? ", " : "") + std::string("gaze::input(") + table.inputs[i].name +
              ", {sizes of its axes})";
  const auto tensor = [](const char *data, const char *heads, const char *seq, int channels) {
    return std::string("gaze::view(") + data + ", {batch, " + heads + ", " + seq + ", " +
           std::to_string(channels) + "})";
  };
  out << " * or from C++, as gaze/gaze.hpp says:\n"
      << " *   #include \"gaze/gaze.hpp\"\n"
      << " *   gaze::Plan plan(" << name << ", {batch, heads, kv_heads, seq_q, seq_k, q_start}, {"
      << values << "}" << (inputs.empty() ? "" : ", {" + inputs + "}") << ");\n"
      << " *   plan.run(" << tensor("q", "heads", "seq_q", table.head_dim) << ", "
      << tensor("k", "kv_heads", "seq_k", table.head_dim) << ", "
      << tensor("v", "kv_heads", "seq_k", table.value_dim) << ", "
      << tensor("out", "heads", "seq_q", table.value_dim)
      << ", gaze::view(lse, {batch, heads, seq_q}));\n *\n";
}

void usage(std::ostream &out, const gaze_kernel &table, const std::string &name,
           const std::string &source) {
  out << "/* " << name << ".h - sparse-attention kernel '" << table.name << "' from "
      << commented(source) << ".\n *\n"
      << " * Made by gaze " << gaze_version() << " for " << table.target << ".\n"
      << " * Link " << name << ".o and the gaze runtime library; call it as gaze/gaze.h says:\n"
      << " *   gaze_plan_create(&" << name << ", &shape, values, " << table.parameter_count << ", "
      << (table.input_count > 0 ? "inputs" : "NULL") << ", " << table.input_count
      << ", NULL, &plan, &error);\n"
      << " *   gaze_run(plan, &q, &k, &v, &out, &lse, NULL, &error);\n";
  usageInCpp(out, table, name);
  out << " * " << typeName(table.element) << "; Q and K [batch, heads, seq, " << table.head_dim
      << "], V and the output [.., " << table.value_dim << "].\n";
  if (table.parameter_count > 0)
    out << " * Parameters, in the order of values:\n";
  for (int i = 0; i < table.parameter_count; ++i)
    out << " *   " << table.parameters[i].name << ": " << typeName(table.parameters[i].type) << ", "
        << defaultText(table.parameters[i]) << "\n";
  if (table.input_count > 0)
    out << " * Inputs, in the order of inputs:\n";
  for (int i = 0; i < table.input_count; ++i)
    out << " *   " << table.inputs[i].name << ": " << typeName(table.inputs[i].type)
        << commented(table.inputs[i].axes) << "\n";
  out << " */\n";
}

} // namespace

bool canNameKernel(const std::string &name) {
  static const std::set<std::string> taken = {"NULL",         "alignas",   "alignof",
                                              "and",          "and_eq",    "asm",
                                              "auto",         "bitand",    "bitor",
                                              "bool",         "break",     "case",
                                              "catch",        "char",      "char16_t",
                                              "char32_t",     "class",     "compl",
                                              "const",        "constexpr", "const_cast",
                                              "continue",     "decltype",  "default",
                                              "delete",       "do",        "double",
                                              "dynamic_cast", "else",      "enum",
                                              "explicit",     "export",    "extern",
                                              "false",        "float",     "for",
                                              "friend",       "goto",      "if",
                                              "inline",       "int",       "long",
                                              "main",         "mutable",   "namespace",
                                              "new",          "noexcept",  "not",
                                              "not_eq",       "nullptr",   "operator",
                                              "or",           "or_eq",     "private",
                                              "protected",    "public",    "register",
                                              "return",       "short",     "signed",
                                              "sizeof",       "static",    "static_assert",
                                              "static_cast",  "struct",    "switch",
                                              "template",     "this",      "thread_local",
                                              "throw",        "true",      "try",
                                              "typedef",      "typeid",    "typename",
                                              "union",        "unsigned",  "using",
                                              "virtual",      "void",      "volatile",
                                              "wchar_t",      "while",     "xor",
                                              "xor_eq",       "restrict",  "reinterpret_cast"};
  const bool startsWell = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  const bool isWord = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_") == std::string::npos;
  // Functions of the C library, which most programs include.
  static const std::set<std::string> library = {
      "abs",   "acos",   "asin",   "atan",   "ceil",  "close", "cos",    "erf",  "exit",   "exp",
      "exp2",  "floor",  "fmax",   "fmin",   "free",  "index", "link",   "log",  "log2",   "lround",
      "open",  "pause",  "pipe",   "pow",    "raise", "rand",  "random", "read", "remove", "rename",
      "round", "select", "signal", "sin",    "sleep", "sqrt",  "stat",   "sync", "system", "tan",
      "tanh",  "time",   "trunc",  "unlink", "wait",  "write"};
  const bool isOurs = name.rfind("gaze", 0) == 0 || name.rfind("GAZE", 0) == 0 ||
                      name.rfind("halide_", 0) == 0 || name.rfind("__", 0) == 0;
  return startsWell && isWord && !isOurs && taken.count(name) == 0 && library.count(name) == 0;
}

std::string kernelHeader(const gaze_kernel &table, const std::string &name,
                         const std::string &source) {
  std::ostringstream out;
  usage(out, table, name, source);
  const std::string guard = "GAZE_KERNEL_" + name + "_H";
  out << "#ifndef " << guard << "\n#define " << guard << "\n\n#include \"gaze/gaze.h\"\n\n"
      << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  declarations(out, table, name);
  parameterTables(out, table, name);
  inputTables(out, table, name);
  selectionTable(out, table, name);
  partTables(out, table, name);
  kernelTable(out, table, name);
  out << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
  return out.str();
}

} // namespace gaze
