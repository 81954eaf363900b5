"""A workflow as the text of a Mermaid flowchart."""

from collections.abc import Iterator

from engine.tree.nodes import (
    BranchNode,
    CatchNode,
    EventNode,
    Flow,
    FlowNode,
    ForeachNode,
    LoopNode,
    MapNode,
    Node,
    ParallelNode,
    RaceNode,
    SequenceNode,
    SleepNode,
    StepNode,
)

Ends = list[tuple[str, str]]
"""Where the next node is linked from: names, and the words on the link."""


class _Chart:
    """Collects the lines of a flowchart; names are numbered because ids of nested workflows may repeat."""

    def __init__(self) -> None:
        self.lines = ["flowchart TD"]
        self._count = 0

    def box(self, text: str, opening: str = "[", closing: str = "]") -> str:
        """Add a box and return its name."""
        self._count += 1
        name = f"n{self._count}"
        self.lines.append(f'  {name}{opening}"{_escaped(text)}"{closing}')
        return name

    def link(self, ends: Ends, name: str) -> None:
        """Link a box to those before it."""
        for before, words in ends:
            arrow = f'-->|"{_escaped(words)}"|' if words else "-->"
            self.lines.append(f"  {before} {arrow} {name}")

    def add(self, node: Node, ends: Ends) -> Ends:
        """Draw a node after ``ends`` and return where the next one is linked from."""
        match node:
            case StepNode():
                return self._linked(self.box(node.id), ends)
            case MapNode():
                return self._linked(self.box(node.id, "[/", "/]"), ends)
            case SleepNode():
                return self._linked(self.box(node.id, "([", "])"), ends)
            case EventNode():
                name = self.box(f"{node.id}: {node.name}", "([", "])")
                waited = self._linked(name, ends)
                return waited if node.otherwise is None else [*waited, *self.add(node.otherwise, [(name, "timeout")])]
            case SequenceNode():
                return self.add_all(node.nodes, ends)
            case ParallelNode():
                return self._arms(self.box(node.id, "{{", "}}"), ends, [("", arm) for arm in node.arms])
            case RaceNode():
                return self._arms(
                    self.box(f"{node.id}: first wins", "{{", "}}"), ends, [("", arm) for arm in node.arms]
                )
            case CatchNode():
                return self._attempt(node, ends)
            case BranchNode():
                return self._branch(node, ends)
            case LoopNode():
                return self._loop(node, ends)
            case ForeachNode():
                return self._foreach(node, ends)
            case FlowNode():
                return self._flow(node, ends)

    def add_all(self, nodes: tuple[Node, ...], ends: Ends) -> Ends:
        """Draw nodes one after the other."""
        for node in nodes:
            ends = self.add(node, ends)
        return ends

    def _linked(self, name: str, ends: Ends) -> Ends:
        self.link(ends, name)
        return [(name, "")]

    def _arms(self, name: str, ends: Ends, arms: list[tuple[str, Node]]) -> Ends:
        self.link(ends, name)
        return [end for words, arm in arms for end in self.add(arm, [(name, words)])]

    def _branch(self, node: BranchNode, ends: Ends) -> Ends:
        name = self.box(node.id, "{", "}")
        arms = [(arm.condition.name, arm.node) for arm in node.arms]
        if node.otherwise is not None:
            return self._arms(name, ends, [*arms, ("otherwise", node.otherwise)])
        return [*self._arms(name, ends, arms), (name, "none")]

    def _attempt(self, node: CatchNode, ends: Ends) -> Ends:
        name = self.box(node.id, "{{", "}}")
        self.link(ends, name)
        done = self.add(node.body, [(name, "")])
        return [*done, *self.add(node.handler, [(name, f"on {', '.join(node.on.names)}")])]

    def _loop(self, node: LoopNode, ends: Ends) -> Ends:
        words = "while" if node.kind == "dowhile" else "until"
        name = self.box(node.id, "(", ")")
        self.link(ends, name)
        check = self.box(f"{words} {node.condition.name}", "{", "}")
        self.link(self.add(node.body, [(name, "")]), check)
        self.link([(check, "again")], name)
        return [(check, "done")]

    def _foreach(self, node: ForeachNode, ends: Ends) -> Ends:
        name = self.box(f"{node.id}: for each item", "[[", "]]")
        self.link(ends, name)
        self.link(self.add(node.body, [(name, "item")]), name)
        return [(name, "")]

    def _flow(self, node: FlowNode, ends: Ends) -> Ends:
        self._count += 1
        name = f"w{self._count}"
        self.lines.append(f'  subgraph {name}["{_escaped(node.id)}"]')
        inside: list[str] = []
        outer, self.lines = self.lines, inside
        last = self.add_all(node.flow.nodes, ends)
        self.lines = [*outer, *(f"  {line}" for line in inside), "  end"]
        return last


def mermaid_of(flow: Flow) -> str:
    """Return a workflow as the text of a Mermaid flowchart."""
    chart = _Chart()
    start = chart.box("start", "((", "))")
    ends = chart.add_all(flow.nodes, [(start, "")])
    chart.link(ends, chart.box("end", "((", "))"))
    return "\n".join(chart.lines) + "\n"


def _escaped(text: str) -> str:
    """Return text as Mermaid takes it between quotes."""
    return "".join(_characters(text))


def _characters(text: str) -> Iterator[str]:
    """Yield each character, as an entity where Mermaid would read it as its own."""
    for character in text:
        yield f"#{ord(character)};" if character in '"#;&<>`|' else character
