// Characters of the emoji shortcodes that people at a conference use.

const CODES = `
wave 👋|tada 🎉|coffee ☕|tea 🍵|calendar 📅|date 📅|spiral_calendar_pad 🗓️|clock 🕘|alarm_clock ⏰|hourglass ⌛
hourglass_flowing_sand ⏳|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|warning ⚠️|no_entry ⛔|no_entry_sign 🚫
question ❓|grey_question ❔|exclamation ❗|information_source ℹ️|bulb 💡|star ⭐|star2 🌟|sparkles ✨|fire 🔥
rocket 🚀|heart ❤️|+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|clap 👏|raised_hands 🙌|pray 🙏|ok_hand 👌|muscle 💪
point_up ☝️|point_down 👇|point_left 👈|point_right 👉|eyes 👀|smile 😄|smiley 😃|grin 😁|grinning 😀|slightly_smiling_face 🙂
wink 😉|joy 😂|sweat_smile 😅|thinking_face 🤔|thinking 🤔|cry 😢|sob 😭|confused 😕|disappointed 😞|sunglasses 😎
green_circle 🟢|large_green_circle 🟢|yellow_circle 🟡|large_yellow_circle 🟡|red_circle 🔴|large_red_circle 🔴|blue_circle 🔵
large_blue_circle 🔵|white_circle ⚪|black_circle ⚫|green_heart 💚|yellow_heart 💛|blue_heart 💙|pushpin 📌|round_pushpin 📍
link 🔗|lock 🔒|unlock 🔓|key 🔑|mag 🔍|mag_right 🔎|bookmark 🔖|book 📖|books 📚|memo 📝|pencil ✏️|clipboard 📋
microphone 🎤|studio_microphone 🎙️|movie_camera 🎥|camera 📷|tv 📺|computer 💻|desktop_computer 🖥️|phone 📱|iphone 📱
door 🚪|office 🏢|house 🏠|world_map 🗺️|earth_africa 🌍|sunrise 🌅|sunny ☀️|cloud ☁️|umbrella ☔|snowflake ❄️|zap ⚡
pizza 🍕|sandwich 🥪|fork_and_knife 🍴|knife_fork_plate 🍽️|beer 🍺|beers 🍻|wine_glass 🍷|cake 🍰|apple 🍎
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrows_counterclockwise 🔄|repeat 🔁|fast_forward ⏩|rewind ⏪|new 🆕
robot_face 🤖|ghost 👻|see_no_evil 🙈|100 💯|trophy 🏆|medal 🏅|gift 🎁|balloon 🎈|busts_in_silhouette 👥|bust_in_silhouette 👤
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|hash #️⃣|stopwatch ⏱️|timer_clock ⏲️|door ️🚪|ticket 🎫|admission_tickets 🎟️
`;

const EMOJI = new Map(CODES.trim().split(/[|\n]/).map((pair) => pair.split(" ")));

/** Return the character of a shortcode, or undefined for an unknown one. */
export const emoji = (code) => EMOJI.get(code.replace(/::skin-tone-\d$/, ""));
