"""What a person gives besides answers, in a real browser: events that are waited for, and inputs that are kept."""

import re

import pytest
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.browser.conftest import Server
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser


async def start(page: Page) -> None:
    """Start the workflow that waits for a parcel."""
    await page.goto("/workflows/parcel/")
    await page.get_by_role("textbox", name="Input", exact=True).fill("x")
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")


async def test_an_event_is_sent_from_its_row_and_the_run_goes_on_live(context: BrowserContext) -> None:
    """The form opens by itself when the wait begins, and goes when it is over; the page is loaded once."""
    page = await context.new_page()
    await start(page)
    row = page.locator('[data-step="delivery"]')
    await expect(row).to_have_attribute("data-status", "waiting")
    await row.get_by_role("textbox", name="Weight").fill("3")
    await row.get_by_role("textbox", name="Note").fill("fragile")
    await row.get_by_role("button", name="Send event").click()
    await expect(page.locator('[data-run-status="success"]')).to_have_count(1)
    await expect(page.locator("#run-values")).to_contain_text("3 kg, fragile")
    await expect(row).to_have_attribute("data-status", "success")
    await expect(row.locator(".step-form")).to_have_count(0)


async def test_an_event_that_does_not_fit_is_told_at_its_field(browser: Browser, server: Server) -> None:
    """What was typed stays, and can be mended and sent."""
    # A profile of its own: Chromium writes the status of a refused form into its console.
    own = await browser.new_context(base_url=server.url)
    page = await own.new_page()
    await start(page)
    row = page.locator('[data-step="delivery"]')
    await row.get_by_role("textbox", name="Note").fill("fragile")
    await row.get_by_role("textbox", name="Weight").fill("much")
    await row.get_by_role("button", name="Send event").click()
    await expect(row.get_by_role("textbox", name="Weight")).to_have_attribute("aria-invalid", "true")
    await expect(row.get_by_role("textbox", name="Weight")).to_have_value("much")
    await expect(row.get_by_role("textbox", name="Note")).to_have_value("fragile")
    await row.get_by_role("textbox", name="Weight").fill("4")
    await row.get_by_role("button", name="Send event").click()
    await expect(page.locator('[data-run-status="success"]')).to_have_count(1)
    await expect(page.locator("#run-values")).to_contain_text("4 kg, fragile")
    await own.close()


async def test_an_event_is_sent_from_the_inbox_without_scripts(browser: Browser, server: Server) -> None:
    """Plain posts and redirects are enough."""
    plain = await browser.new_context(base_url=server.url, java_script_enabled=False)
    page = await plain.new_page()
    await start(page)
    run_url = page.url
    run_id = run_url.rstrip("/").rpartition("/")[2]
    card = page.locator(f'#expected [data-run-id="{run_id}"]')
    await page.goto("/inbox/")
    entry = page.locator("a.entry", has_text=f"run {run_id[:8]}")
    while await entry.count() == 0:
        await page.reload()
    await entry.click()
    await card.get_by_role("textbox", name="Weight").fill("5")
    await card.get_by_role("button", name="Send event").click()
    await page.wait_for_url("**/inbox/")
    await expect(card).to_have_count(0)
    await page.goto(run_url)
    while await page.locator('[data-run-status="success"]').count() == 0:
        await page.reload()
    await expect(page.locator("#run-values")).to_contain_text("5 kg")
    await plain.close()


async def test_enter_in_the_name_saves_the_input_and_starts_nothing(context: BrowserContext) -> None:
    """The saved input is in the list and fills the form."""
    page = await context.new_page()
    await page.goto("/workflows/lost/")
    await page.get_by_role("textbox", name="City").fill("Atlantis")
    await page.get_by_label("Name to save this input under").fill("under water")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/workflows/lost/?saved=*")
    await page.goto("/workflows/lost/")
    await expect(page.get_by_role("textbox", name="City")).to_have_value("")
    await page.get_by_role("link", name="under water").click()
    await expect(page.get_by_role("textbox", name="City")).to_have_value("Atlantis")
    await page.get_by_role("button", name="Delete the saved input under water").click()
    await expect(page.get_by_role("link", name="under water")).to_have_count(0)


BYTES: FilePayload = {"name": "all.bin", "mimeType": "application/octet-stream", "buffer": bytes(range(256))}


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_file_arrives_as_it_is(browser: Browser, server: Server, scripts: bool) -> None:
    """Every byte of a chosen file is in the input, also when a tab was switched, with scripts or without."""
    context = await browser.new_context(base_url=server.url, java_script_enabled=scripts)
    page = await context.new_page()
    await page.goto("/workflows/scan/")
    await page.get_by_label("File for Content").set_input_files(BYTES)
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")
    while await page.locator('[data-run-status="success"]').count() == 0:
        await page.reload()
    await expect(page.locator("#run-values")).to_contain_text("256 bytes that sum up to 32640")
    await page.goto("/workflows/scan/")
    await page.get_by_label("File for Content").set_input_files(BYTES)
    await page.get_by_role("tab", name="JSON").click()
    await expect(page.get_by_label("The whole input as JSON")).to_have_value(re.compile("AAECAwQF.*/P3[+]/w=="))
    await context.close()


async def test_enter_in_the_name_saves_without_scripts_too(browser: Browser, server: Server) -> None:
    """Nothing is started; Enter in a field of the opened input runs it."""
    plain = await browser.new_context(base_url=server.url, java_script_enabled=False)
    page = await plain.new_page()
    await page.goto("/workflows/lost/")
    await page.get_by_role("textbox", name="City").fill("Atlantis")
    await page.get_by_label("Name to save this input under").fill("plain")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/workflows/lost/?saved=*")
    await page.get_by_role("textbox", name="City").press("Enter")
    await page.wait_for_url("**/runs/*/")
    await plain.close()


async def test_the_snippets_follow_what_is_typed(context: BrowserContext) -> None:
    """Also what a structural button changes; the focus stays where it is."""
    page = await context.new_page()
    await page.goto("/workflows/trip/")
    city = page.get_by_role("textbox", name="City")
    await city.fill("Lisbon")
    await expect(page.locator("#snippet-curl")).to_contain_text('{"inputData": {"city": "Lisbon"}}')
    await expect(page.locator("#snippet-python")).to_contain_text("{'city': 'Lisbon'}")
    await expect(city).to_be_focused()
    await page.get_by_role("button", name="Fill in an example").click()
    await expect(page.locator("#snippet-curl")).to_contain_text('"city": "example"')


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_forms_of_events_and_saved_inputs_have_no_violation(browser: Browser, server: Server, theme: str) -> None:
    """The row that waits, the inbox and the list of saved inputs are read by everyone."""
    context = await browser.new_context(base_url=server.url, color_scheme="dark" if theme == "dark" else "light")
    page = await context.new_page()
    await start(page)
    await page.locator('[data-step="delivery"] .step-form').wait_for()
    found = {"row": await violations(page)}
    await page.goto("/inbox/")
    found["inbox"] = await violations(page)
    await page.goto("/workflows/lost/")
    await page.get_by_role("textbox", name="City").fill("Atlantis")
    await page.get_by_label("Name to save this input under").fill(theme)
    await page.get_by_role("button", name="Save input").click()
    await page.get_by_role("link", name=theme).wait_for()
    found["saved"] = await violations(page)
    assert {place: problems for place, problems in found.items() if problems} == {}
    await context.close()
