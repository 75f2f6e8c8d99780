import pytest

from bot.web import oauth_install

HOSTILE = "<script>alert(1)</script>"


def test_html_in_a_workspaces_name_or_address_is_escaped() -> None:
    written = oauth_install.installed_page(HOSTILE, 'slack://app?team="><b>', ready=True)
    assert "<script>" not in written
    assert '"><b>' not in written


@pytest.mark.parametrize("reason", [*oauth_install.SCOPE_REASONS, "no_such_reason", HOSTILE])
def test_every_reason_is_a_sentence_with_a_link_to_try_again(reason: str) -> None:
    written = oauth_install.not_installed_page(reason, "https://bot.example.org/slack/install")
    assert oauth_install.SCOPE_REASONS.get(reason, oauth_install.SCOPE_REASONS[""]) in written
    assert 'href="https://bot.example.org/slack/install"' in written
    assert HOSTILE not in written


def test_the_install_page_says_which_permissions_are_needed_and_why() -> None:
    written = oauth_install.install_page(
        "qcon", "https://slack.com/oauth/v2/authorize?state=1", [("chat:write", "to answer")]
    )
    for said in ("Add qcon to your workspace", "chat:write", "to answer", "Add to Slack"):
        assert said in written
