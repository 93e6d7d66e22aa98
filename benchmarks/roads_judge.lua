-- The judge's profile for roads_judge.py: posted limits, the same class speeds, no cost for any turn.
-- It is written apart from src/turnout/roads/ways.py on purpose: two readings of one file.
api_version = 4
local usual = { --[[speeds]] }
local yes = { yes=true, designated=true, official=true, permissive=true, destination=true, permit=true, private=true }
local barred = { no=true, military=true, agricultural=true, forestry=true, ["agricultural;forestry"]=true }
function setup()
  return { properties = { weight_name = 'duration', u_turn_penalty = 0, traffic_light_penalty = 0,
    continue_straight_at_waypoint = false, use_turn_restrictions = true, max_speed_for_map_matching = 60 },
    default_mode = mode.driving, restrictions = { 'motorcar', 'motor_vehicle', 'vehicle' } }
end
function process_node(profile, node, result) end
local function posted(text)
  if not text then return nil end
  local number = tonumber(text:match('^%d+'))
  if not number or number < 3 then return nil end
  return text:match('mph') and number * 1.609344 or number
end
function process_way(profile, way, result)
  local class = way:get_value_by_key('highway')
  if not class or not usual[class] or way:get_value_by_key('area') == 'yes' then return end
  if class == 'path' then return end
  local emergency = way:get_value_by_key('emergency')
  if emergency == 'no' then return end
  local served = emergency or yes[way:get_value_by_key('psv')] or yes[way:get_value_by_key('bus')]
    or yes[way:get_value_by_key('hgv')] or yes[way:get_value_by_key('delivery')] or yes[way:get_value_by_key('taxi')]
  local own = class == 'pedestrian' or class == 'busway'
  if own and way:get_value_by_key('access') == 'no' and not served then return end
  if not served and not own then
    local said = way:get_value_by_key('motor_vehicle') or way:get_value_by_key('vehicle')
      or way:get_value_by_key('access')
    if said and barred[said] then return end
  end
  local both = posted(way:get_value_by_key('maxspeed'))
  result.forward_speed = posted(way:get_value_by_key('maxspeed:forward')) or both or usual[class]
  result.backward_speed = posted(way:get_value_by_key('maxspeed:backward')) or both or usual[class]
  result.forward_mode = mode.driving
  result.backward_mode = mode.driving
  local oneway = way:get_value_by_key('oneway')
  local junction = way:get_value_by_key('junction')
  if oneway == 'reversible' then return end
  local ahead = oneway == 'yes' or oneway == '1' or oneway == 'true'
  local implied = class == 'motorway' or junction == 'roundabout' or junction == 'circular'
  local known = ahead or oneway == 'no' or oneway == '-1' or oneway == 'reverse' or oneway == 'alternating'
  if ahead or (implied and not known) then result.backward_mode = mode.inaccessible end
  if oneway == '-1' or oneway == 'reverse' then result.forward_mode = mode.inaccessible end
  result.name = way:get_value_by_key('name') or ''
end
function process_turn(profile, turn)
  turn.duration = 0
  turn.weight = 0
end
return { setup = setup, process_way = process_way, process_node = process_node, process_turn = process_turn }
