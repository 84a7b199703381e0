//===- Grammar.cpp - The grammar of pattern files, in Boost.Spirit X3 --------===//
//
// The grammar covers one item at a time: an import, a def, the head of a pattern,
// a statement; Parser.cpp drives it. A missing token throws, inside X3, and is a
// value outside of this file.
//
// Three habits keep the errors right. Behind the token that tells an alternative
// from the others everything is expected (`>`), never tried (`>>`). Every rule is
// named as the noun that belongs behind "expected"; the name of a symbol or keyword
// begins with a quote, and its absence is reported where it should have stood, at
// the end of the token before. And lists are `item > *(',' > item)`, which blames
// the item, where `item % ','` would go back and blame the comma.
//
// Operators are parsed flat, as operands and operators in turn, and folded by
// precedence (Fold.h): one level of nesting in the text is then a handful of
// stack frames, whatever the number of precedence levels, and maxNesting bounds it.
//
//===----------------------------------------------------------------------===//

#include "dsl/Grammar.h"
#include "dsl/Literals.h"
#include "dsl/Names.h"

#include <boost/spirit/home/x3.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace x3 = boost::spirit::x3;
using namespace gaze::dsl;

/// The name of a rule is its name with an action behind it, too.
template <typename Subject, typename Action> struct x3::get_info<x3::action<Subject, Action>> {
  using result_type = std::string;
  std::string operator()(const x3::action<Subject, Action> &parser) const {
    return x3::what(parser.subject);
  }
};

namespace {

constexpr int maxNesting = 200;

using Iterator = const char *;

/// What the actions of the grammar need to know, reachable through the context.
struct State {
  Iterator begin; ///< of the file
  int file;
  Substitute substitute;
  int nesting = 0;
  std::vector<Span> brackets = {}; ///< open ones
  bool inParameters = false;       ///< of a def or pattern

  Span span(Iterator from, Iterator to) const {
    return {file, static_cast<std::uint32_t>(from - begin), static_cast<std::uint32_t>(to - begin)};
  }
};
struct StateTag;

template <typename Context> State &stateOf(const Context &context) {
  return x3::get<StateTag>(context);
}

struct Argument {
  std::optional<Name> name;
  ExprPtr value;
};

//===----------------------------------------------------------------------===//
// Actions
//===----------------------------------------------------------------------===//

/// Moves what was parsed into a member of what the rule makes.
template <typename Class, typename Member> auto set(Member Class::*member) {
  return [member](auto &context) { x3::_val(context).*member = std::move(x3::_attr(context)); };
}
template <typename Class, typename Member> auto append(Member Class::*member) {
  return [member](auto &context) {
    (x3::_val(context).*member).push_back(std::move(x3::_attr(context)));
  };
}
const auto pass = [](auto &context) { x3::_val(context) = std::move(x3::_attr(context)); };

const auto toSpan = [](auto &context) {
  x3::_val(context) = stateOf(context).span(x3::_attr(context).begin(), x3::_attr(context).end());
};
const auto toName = [](auto &context) {
  auto &range = x3::_attr(context);
  x3::_val(context) = Name{std::string(range.begin(), range.end()),
                           stateOf(context).span(range.begin(), range.end())};
};

const auto toNumber = [](auto &context) {
  auto &range = x3::_attr(context);
  std::string_view text(range.begin(), static_cast<std::size_t>(range.size()));
  x3::_val(context) = numberLiteral(text, stateOf(context).span(range.begin(), range.end()));
};
const auto toTrue = [](auto &context) {
  x3::_val(context) = makeExpr(Expr::Kind::BoolLiteral, x3::_attr(context));
  x3::_val(context)->integer = 1;
};
const auto toFalse = [](auto &context) {
  x3::_val(context) = makeExpr(Expr::Kind::BoolLiteral, x3::_attr(context));
};

const auto toString = [](auto &context) {
  auto &range = x3::_attr(context);
  std::string_view text(range.begin(), static_cast<std::size_t>(range.size()));
  x3::_val(context) = stringLiteral(text, stateOf(context).span(range.begin(), range.end()));
};
const auto unclosedString = [](auto &context) {
  auto &range = x3::_attr(context);
  throw SyntaxError{stateOf(context).span(range.begin(), range.end()),
                    "this string has no closing '\"' on its line"};
};

const auto openBracket = [](auto &context) {
  stateOf(context).brackets.push_back(x3::_attr(context));
};
const auto closeBracket = [](auto &context) { stateOf(context).brackets.pop_back(); };
const auto openParameters = [](auto &context) {
  openBracket(context);
  stateOf(context).inParameters = true;
};
const auto closeParameters = [](auto &context) {
  closeBracket(context);
  stateOf(context).inParameters = false;
};

// Expressions: `_val` is an ExprPtr, made by the first part and filled by the rest.

const auto beginName = [](auto &context) {
  Name &name = x3::_attr(context);
  ExprPtr expr = makeExpr(Expr::Kind::NameUse, name.span);
  expr->name = std::move(name);
  x3::_val(context) = std::move(expr);
};
const auto beginIf = [](auto &context) {
  x3::_val(context) = makeExpr(Expr::Kind::If, x3::_attr(context));
};
const auto addPart = [](auto &context) { addOperand(*x3::_val(context), x3::_attr(context)); };
const auto beginGroup = [](auto &context) {
  openBracket(context);
  x3::_val(context) = nullptr;
};
const auto endGroup = [](auto &context) {
  Span open = stateOf(context).brackets.back();
  closeBracket(context);
  ExprPtr &expr = x3::_val(context);
  expr->span = join(open, x3::_attr(context));
};
const auto beginCall = [](auto &context) {
  openBracket(context);
  x3::_val(context)->kind = Expr::Kind::Call;
};
const auto beginIndex = [](auto &context) {
  openBracket(context);
  x3::_val(context)->kind = Expr::Kind::Index;
};
const auto addArgument = [](auto &context) {
  Argument &argument = x3::_attr(context);
  addOperand(*x3::_val(context), argument.value);
  x3::_val(context)->argumentNames.push_back(std::move(argument.name));
};
const auto endList = [](auto &context) {
  closeBracket(context);
  Expr &expr = *x3::_val(context);
  expr.span = join(expr.span, x3::_attr(context));
};
const auto foldSign = [](auto &context) {
  UnaryTerm &term = x3::_attr(context);
  if (term.signs.empty())
    requireFits(*term.operand);
  x3::_val(context) = foldSigns(std::move(term));
};
const auto foldOperators = [](auto &context) {
  x3::_val(context) = foldChain(std::move(x3::_attr(context)));
};
const auto refuseIf = [](auto &context) {
  throw SyntaxError{x3::_attr(context), "an 'if' behind an operator needs parentheses around it"};
};
const auto beginWhere = [](auto &context) {
  ExprPtr inner = std::move(x3::_val(context));
  ExprPtr where = makeExpr(Expr::Kind::Where, inner->span);
  addOperand(*where, std::move(inner));
  x3::_val(context) = std::move(where);
};
const auto bind = [](auto &context) {
  addBinding(*x3::_val(context), std::move(x3::_attr(context)));
};

/// Keeps the place of the minus sign until the number is there.
const auto beginDefault = [](auto &context) {
  x3::_val(context).defaultValue = makeExpr(Expr::Kind::IntLiteral, x3::_attr(context));
};
const auto setNegative = [](auto &context) {
  ExprPtr &value = x3::_val(context).defaultValue;
  Span sign = value->span;
  value = std::move(x3::_attr(context));
  negate(*value, sign);
};
const auto setPositive = [](auto &context) {
  requireFits(*x3::_attr(context));
  x3::_val(context).defaultValue = std::move(x3::_attr(context));
};

template <Statement::Kind kind>
const auto begin = [](auto &context) {
  x3::_val(context).kind = kind;
  x3::_val(context).keyword = x3::_attr(context);
};

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

/// Refuses to nest deeper than maxNesting, before X3 recurses.
template <typename Subject>
struct NestedDirective : x3::unary_parser<Subject, NestedDirective<Subject>> {
  using x3::unary_parser<Subject, NestedDirective<Subject>>::unary_parser;
  static constexpr bool is_pass_through_unary = true;
  static constexpr bool handles_container = Subject::handles_container;

  template <typename Context, typename RuleContext, typename Attribute>
  bool parse(Iterator &first, const Iterator &last, const Context &context,
             RuleContext &ruleContext, Attribute &attribute) const {
    State &state = stateOf(context);
    if (state.nesting == maxNesting) {
      x3::skip_over(first, last, context);
      throw SyntaxError{state.span(first, first == last ? first : first + 1),
                        "this nests deeper than " + std::to_string(maxNesting) +
                            " levels; name parts of it with 'let' or 'def'"};
    }
    ++state.nesting; // an exception ends the item, and with it the State
    bool matched = this->subject.parse(first, last, context, ruleContext, attribute);
    --state.nesting;
    return matched;
  }
};

struct NestedGenerator {
  template <typename Subject> auto operator[](const Subject &subject) const {
    return NestedDirective<typename x3::extension::as_parser<Subject>::value_type>{
        x3::as_parser(subject)};
  }
};
constexpr NestedGenerator nested{};

const auto space = x3::space | ("//" >> *(x3::char_ - '\n'));
const auto letter = x3::char_("a-zA-Z_");
const auto letterOrDigit = x3::char_("a-zA-Z0-9_");
const auto digit = x3::char_('0', '9');

Iterator endOfWord(Iterator first, Iterator last) {
  return std::find_if_not(first, last, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
}

/// One token, which gives its Span.
template <typename Parser> auto token(const char *what, const Parser &parser) {
  return x3::rule<struct TokenClass, Span>{what} = x3::lexeme[x3::raw[parser]][toSpan];
}
auto symbol(const char *what, const char *text) { return token(what, x3::lit(text)); }

/// A keyword, or what Grammar::readAs has put in its place.
struct KeywordToken : x3::parser<KeywordToken> {
  static constexpr bool has_attribute = false;
  using attribute_type = x3::unused_type;
  explicit KeywordToken(std::string_view keyword) : word(keyword) {}

  template <typename Context, typename RuleContext, typename Attribute>
  bool parse(Iterator &first, const Iterator &last, const Context &context, RuleContext &,
             Attribute &) const {
    const Substitute &substitute = stateOf(context).substitute;
    Iterator end = endOfWord(first, last);
    if (first == substitute.begin && word == substitute.keyword)
      end = first + substitute.length;
    else if (std::string_view(first, static_cast<std::size_t>(end - first)) != word)
      return false;
    first = end;
    return true;
  }

  std::string_view word;
};

auto keyword(const char *what, const char *text) { return token(what, KeywordToken(text)); }

const auto openParen = symbol("'('", "(");
const auto closeParen = symbol("')'", ")");
const auto closeArguments = symbol("',' or ')'", ")");
const auto closeIndex = symbol("',' or ']'", "]");
const auto openIndex = symbol("'['", "[");
const auto openBrace = symbol("'{'", "{");
const auto comma = symbol("','", ",");
const auto colon = symbol("':'", ":");
const auto semicolon = symbol("';'", ";");
const auto minus = symbol("'-'", "-");
const auto assign = token("'='", '=' >> !x3::lit('='));

struct OperatorTable : x3::symbols<Operator> {
  OperatorTable() {
    for (Operator op : {Operator::Equal, Operator::NotEqual, Operator::Less, Operator::LessEqual,
                        Operator::Greater, Operator::GreaterEqual, Operator::Add,
                        Operator::Subtract, Operator::Multiply, Operator::Divide, Operator::Modulo})
      add(std::string(spelling(op)), op);
  }
} const symbolicOperator;

struct WordOperatorTable : x3::symbols<Operator> {
  WordOperatorTable() { add("and", Operator::And)("or", Operator::Or); }
} const wordOperator;

struct TypeTable : x3::symbols<Type> {
  TypeTable() {
    for (Type type : {Type::Int, Type::Float, Type::Bool})
      add(std::string(spelling(type)), type);
  }
} const typeNames;

struct KeywordParser : x3::parser<KeywordParser> {
  static constexpr bool has_attribute = false;
  using attribute_type = x3::unused_type;
  template <typename Context, typename RuleContext, typename Attribute>
  bool parse(Iterator &first, const Iterator &last, const Context &, RuleContext &,
             Attribute &) const {
    Iterator end = endOfWord(first, last);
    if (!isKeyword({first, static_cast<std::size_t>(end - first)}))
      return false;
    first = end;
    return true;
  }
} const anyKeyword;

const auto name = x3::rule<struct NameClass, Name>{"a name"} =
    x3::lexeme[x3::raw[!anyKeyword >> letter >> *letterOrDigit]][toName];

const auto exponent = x3::char_("eE") >> -x3::char_("+-") >> +digit;
const auto number = x3::rule<struct NumberClass, ExprPtr>{"a number"} =
    x3::lexeme[x3::raw[((+digit >> -('.' >> *digit)) | ('.' >> +digit)) >> -exponent >>
                       !(letterOrDigit | '.')]][toNumber];

const auto stringBody =
    *(('\\' >> (x3::char_ - '\n')) | (x3::char_ - (x3::lit('"') | '\\' | '\n')));
const auto string = x3::rule<struct StringClass, StringLiteral>{aString} =
    x3::lexeme[x3::raw['"' >> stringBody >> '"']][toString] |
    x3::lexeme[x3::raw['"' >> stringBody]][unclosedString];

const auto typeName = x3::rule<struct TypeNameClass, Type>{aType} =
    x3::lexeme[typeNames >> !letterOrDigit][pass];

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

const x3::rule<struct ExpressionClass, ExprPtr> expression = anExpression;
const x3::rule<struct ChoiceClass, ExprPtr> choice = anExpression;

const auto boolean = x3::rule<struct BooleanClass, ExprPtr>{"true or false"} =
    keyword("'true'", "true")[toTrue] | keyword("'false'", "false")[toFalse];

const auto argumentName = x3::rule<struct ArgumentNameClass, Name>{"a name"} =
    name[pass] >> x3::omit[assign];

const auto argument = x3::rule<struct ArgumentClass, Argument>{anExpression} =
    -argumentName[set(&Argument::name)] > expression[set(&Argument::value)];

const auto arguments = argument[addArgument] > *(comma > argument[addArgument]);

const auto nameOrCall = x3::rule<struct NameOrCallClass, ExprPtr>{anExpression} =
    name[beginName] >>
    -((openParen[beginCall] >> (closeParen[endList] | (arguments > closeArguments[endList]))) |
      (openIndex[beginIndex] > arguments > closeIndex[endList]));

const auto group = x3::rule<struct GroupClass, ExprPtr>{anExpression} =
    openParen[beginGroup] > expression[pass] > closeParen[endGroup];

const auto primary = x3::rule<struct PrimaryClass, ExprPtr>{anExpression} =
    number[pass] | boolean[pass] | nameOrCall[pass] | group[pass] | keyword("'if'", "if")[refuseIf];

const auto unaryTerm = x3::rule<struct UnaryTermClass, UnaryTerm>{anExpression} =
    (+minus[append(&UnaryTerm::signs)] > primary[set(&UnaryTerm::operand)]) |
    primary[set(&UnaryTerm::operand)];

const auto unary = x3::rule<struct UnaryClass, ExprPtr>{anExpression} = unaryTerm[foldSign];

const auto term = x3::rule<struct TermClass, ChainTerm>{anExpression} =
    (+keyword("'not'", "not")[append(&ChainTerm::nots)] > unary[set(&ChainTerm::operand)]) |
    unary[set(&ChainTerm::operand)];

const auto binaryOperator = x3::rule<struct OperatorClass, Operator>{"an operator"} =
    x3::lexeme[symbolicOperator[pass] | (wordOperator[pass] >> !letterOrDigit)];

const auto chain = x3::rule<struct ChainClass, Chain>{anExpression} =
    term[append(&Chain::terms)] >>
    *(binaryOperator[append(&Chain::operators)] > term[append(&Chain::terms)]);

const auto conditional = x3::rule<struct ConditionalClass, ExprPtr>{anExpression} =
    keyword("'if'", "if")[beginIf] > expression[addPart] >
    keyword("'then'", "then") > expression[addPart] > keyword("'else'", "else") > choice[addPart];

const auto binding = x3::rule<struct BindingClass, Binding>{"a name"} =
    name[set(&Binding::name)] > assign > choice[set(&Binding::value)];

const auto anotherBinding = x3::omit[comma >> name >> assign];

const auto choice_def = nested[conditional[pass] | chain[foldOperators]];

const auto expression_def = choice[pass] >>
                            *(keyword("'where'", "where")[beginWhere] > binding[bind] >
                              *(&anotherBinding >> comma > binding[bind]));

BOOST_SPIRIT_DEFINE(choice, expression)

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

const auto import = x3::rule<struct ImportClass, StringLiteral>{"an import"} =
    keyword("'import'", "import") > string[pass] > semicolon;

const auto def = x3::rule<struct DefClass, Def>{"a def"} =
    keyword("'def'", "def") > name[set(&Def::name)] >
    -(openParen[openParameters] > name[append(&Def::parameters)] >
      *(comma > name[append(&Def::parameters)]) > closeArguments[closeParameters]) > assign
    > expression[set(&Def::body)] > semicolon;

const auto defaultValue = x3::rule<struct DefaultClass, Parameter>{"a number, true or false"} =
    (minus[beginDefault] > number[setNegative]) | number[setPositive] |
    boolean[set(&Parameter::defaultValue)];

const auto setParameters = [](auto &context) {
  x3::_val(context).parameters = std::move(x3::_attr(context).parameters);
};
const auto setDefault = [](auto &context) {
  x3::_val(context).defaultValue = std::move(x3::_attr(context).defaultValue);
};

const auto parameter = x3::rule<struct ParameterClass, Parameter>{"a parameter"} =
    name[set(&Parameter::name)] > colon > typeName[set(&Parameter::type)] >
    -(assign > defaultValue[setDefault]);

const auto parameters = x3::rule<struct ParametersClass, PatternHead>{"a parameter or ')'"} =
    closeParen[closeParameters] |
    (parameter[append(&PatternHead::parameters)] >>
     *(comma > parameter[append(&PatternHead::parameters)]) > closeArguments[closeParameters]);

const auto patternHead = x3::rule<struct PatternHeadClass, PatternHead>{"a pattern"} =
    keyword("'pattern'", "pattern") > name[set(&PatternHead::name)] > openParen[openParameters] >
    parameters[setParameters] > openBrace;

using Kind = Statement::Kind;

const auto input = keyword("'input'", "input")[begin<Kind::Input>] > name[set(&Statement::name)] >
                   colon > typeName[set(&Statement::type)] > openIndex[openBracket] >
                   expression[append(&Statement::axes)] >
                   *(comma > expression[append(&Statement::axes)]) > closeIndex[closeBracket];
const auto let = keyword("'let'", "let")[begin<Kind::Let>] > name[set(&Statement::name)] > assign >
                 expression[set(&Statement::value)];
const auto require = keyword("'require'", "require")[begin<Kind::Require>] >
                     expression[set(&Statement::value)] > comma > string[set(&Statement::message)];
const auto keep = keyword("'keep'", "keep")[begin<Kind::Keep>] > expression[set(&Statement::value)];
const auto scale =
    keyword("'scale'", "scale")[begin<Kind::Scale>] > assign > expression[set(&Statement::value)];
const auto score =
    keyword("'score'", "score")[begin<Kind::Score>] > assign > expression[set(&Statement::value)];

const auto statement = x3::rule<struct StatementClass, Statement>{"a statement"} =
    (input | let | require | keep | scale | score) > semicolon;

/// Parses one item that begins at `at`, and makes values of what X3 throws.
template <typename Parser, typename Item>
ItemResult parseItem(std::string_view text, int file, const Substitute &substitute, std::size_t at,
                     const Parser &parser, Item &item) {
  State state{text.data(), file, substitute};
  Iterator first = text.data() + at, last = text.data() + text.size();
  ItemResult result;
  try {
    bool matched = x3::phrase_parse(first, last, x3::with<StateTag>(state)[parser], space, item,
                                    x3::skip_flag::dont_post_skip);
    result.outcome = matched ? ItemResult::Outcome::Parsed : ItemResult::Outcome::Absent;
    result.end = static_cast<std::size_t>(first - text.data());
  } catch (const x3::expectation_failure<Iterator> &failure) {
    result.outcome = ItemResult::Outcome::Missing;
    result.end = static_cast<std::size_t>(failure.where() - text.data());
    result.expected = failure.which();
    result.bracket = state.brackets.empty() ? Span{} : state.brackets.back();
    result.inParameters = state.inParameters;
  } catch (const SyntaxError &mistake) {
    result.outcome = ItemResult::Outcome::Wrong;
    result.end = mistake.span.end;
    result.mistake = mistake;
  }
  return result;
}

} // namespace

ItemResult Grammar::import(std::size_t at, StringLiteral &path) const {
  return parseItem(text, file, substitute, at, ::import, path);
}
ItemResult Grammar::def(std::size_t at, Def &result) const {
  return parseItem(text, file, substitute, at, ::def, result);
}
ItemResult Grammar::patternHead(std::size_t at, PatternHead &result) const {
  return parseItem(text, file, substitute, at, ::patternHead, result);
}
ItemResult Grammar::statement(std::size_t at, Statement &result) const {
  return parseItem(text, file, substitute, at, ::statement, result);
}
