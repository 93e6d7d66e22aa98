"""What is said on the operator's terminal, in both languages, and how it ends the program."""

import asyncio
import signal
import sys

from turnout.adapters.http.assets import Assets
from turnout.adapters.identity.accounts import Accounts
from turnout.city.folder import City
from turnout.config import Settings


def say(en: str, zh: str) -> None:
    """A line on the operator's terminal, in both languages."""
    print(f"  {en}\n  {zh}", flush=True)


def greet(settings: Settings, city: City, accounts: Accounts, assets: Assets) -> None:
    name = city.catalogue.name
    say(f"Turnout runs {name.en}: {settings.public_origin}", f"出动正在运行（{name.zh}）：{settings.public_origin}")
    if city.demo:
        say(
            "A demonstration: open the page and choose “Start the demonstration”. Nobody real is sent.",
            "这是演示：打开页面，点“开始演示”。不会真的派出任何人。",
        )
    _say_how_to_begin(f"{settings.public_origin}/setup", accounts)
    if not assets.has_pages:
        say("The console is not built: run ./scripts/serve.", "控制台尚未构建：请运行 ./scripts/serve。")


def _say_how_to_begin(page: str, accounts: Accounts) -> None:
    """The set-up code is for a person before a terminal: a file or a log daemon keeps it, and others read it there."""
    if not accounts.are_new:
        return
    if sys.stdout.isatty():
        code = accounts.make_setup_code()
        say(
            f"No account yet. Make the first administrator at {page} with the code {code}",
            f"尚无账号。请在 {page} 用设置码 {code} 建立第一个管理员",
        )
    else:
        say(
            f"No account yet. Make the first administrator at {page} with the code that `turnout setup` shows",
            f"尚无账号。请在 {page} 用 `turnout setup` 显示的设置码建立第一个管理员",
        )


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop
