"""Shell completions: the scripts in packaging/completion, with the tables of commands, options
and values that --help tells of put in."""

import shlex


def kind(value, choices, of_argument=False):
    """What completes a value: words to choose from, or recordings, files, folders, a program."""
    if choices:
        return "words " + " ".join(choices)
    kinds = {"FILE": "recording", "FILE_A": "recording", "FILE_B": "recording", "PATH": "file",
             "PAGE": "file", "FOLDER": "folder", "DIR": "folder"}
    if of_argument:
        kinds["PROGRAM"] = "program"
    return kinds.get(value.split("[")[0], "nothing")


def case(label, text):
    return f"    {shlex.quote(label)}) echo {shlex.quote(text)} ;;"


def bash_completion(commands, script):
    names = [name for name, _ in commands[0].commands]
    options, values, arguments = [], [], []
    for command in commands:
        all_names = [name for option in command.options for name in option.names]
        options.append(case(command.name, " ".join(all_names)))
        for option in command.options:
            if not option.value:
                continue
            for name in option.names:
                many = "many " if option.many else ""
                values.append(
                    case(f"{command.name} {name}", many + kind(option.value, option.choices)))
        for place, argument in enumerate(command.arguments):
            label = f"'{command.name} '*" if argument.repeats else f"'{command.name} {place}'"
            arguments.append(f"    {label}) echo {kind(argument.name, [], True)} ;;")
    return (script.replace("@COMMANDS@", " ".join(names)).replace("@OPTIONS@", "\n".join(options))
            .replace("@VALUES@", "\n".join(values)).replace("@ARGUMENTS@", "\n".join(arguments)))


def zsh_text(text):
    """Text inside a spec of _arguments, for use in single quotes."""
    for special in "\\[]:":
        text = text.replace(special, "\\" + special)
    return text.replace("'", "'\\''")


def zsh_action(value, choices, of_argument=False):
    what = kind(value, choices, of_argument)
    actions = {"recording": '_files -g "*.heaptally"', "file": "_files", "folder": "_files -/",
               "program": "_command_names -e", "nothing": " "}
    return f"({what[6:]})" if what.startswith("words ") else actions[what]


def zsh_option(option):
    """A spec of _arguments for each name; names of one option exclude each other."""
    stop = "(- *)" if option.names[-1] in ("--help", "--version") else ""
    others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    before = "*" if option.repeats else stop or others
    for name in option.names:
        value = ""
        if option.value:
            name += "=" if name.startswith("--") else "+"
            until = "*-*:" if option.many else ""
            value = (f":{until}{zsh_text(option.value)}:"
                     f"{zsh_action(option.value, option.choices)}")
        yield f"'{before}{name}[{zsh_text(option.help)}]{value}'"


def zsh_arguments(command):
    """Specs of what stands between the options. After a program, all words are its own."""
    for place, argument in enumerate(command.arguments, 1):
        what = kind(argument.name, [], True)
        action = zsh_action(argument.name, [], True)
        if what == "program":
            yield f"'(-)1:program:{action}'"
            yield "'*::its arguments:_normal'"
        else:
            yield f"'{'*' if argument.repeats else place}:{zsh_text(argument.name)}:{action}'"


def zsh_completion(commands, script):
    top = commands[0]
    names = [f"    '{name}:{zsh_text(summary)}'" for name, summary in top.commands]
    specs = []
    for command in commands[1:]:
        lines = [spec for option in command.options for spec in zsh_option(option)]
        lines += zsh_arguments(command)
        body = " \\\n        ".join(lines)
        specs.append(f"      {command.name})\n        _arguments -s -S \\\n        {body} && ret=0\n"
                     "        ;;")
    own = " \\\n    ".join(spec for option in top.options for spec in zsh_option(option))
    return (script.replace("@COMMANDS@", "\n".join(names)).replace("@SPECS@", "\n".join(specs))
            .replace("@OWN@", own))
